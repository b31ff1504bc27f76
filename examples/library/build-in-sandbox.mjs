// Builds a snapshot in an emulated cloud on this computer, without an account: node build-in-sandbox.mjs
import { build, plan, readPlanRequest, startSandbox } from 'talos-image'

// Smaller than a real disk, which takes less time.
const { hetzner, factory, sshPort, close } = await startSandbox({ imageDiskBytes: 64 * 1024 * 1024 })
try {
  const request = await readPlanRequest({ architectures: ['x86'] })
  const made = await plan(request, { hetzner, factory })
  console.log(`Talos ${made.talosVersion}, about ${made.cost.build?.toFixed(4)} ${made.cost.currency}`)

  const { images, leftovers } = await build({
    hetzner,
    plan: made,
    sshPort,
    onEvent(event) {
      if (event.type === 'step-finished') console.log(`${event.image}: ${event.step} took ${event.ms} ms`)
    },
  })
  for (const result of images) {
    console.log(result.image.name, result.status === 'failed' ? result.problem.message : result.snapshot.id)
  }
  const isWell = leftovers.length === 0 && images.every(({ status }) => status !== 'failed')
  process.exitCode = isWell ? 0 : 1
} finally {
  await close()
}
