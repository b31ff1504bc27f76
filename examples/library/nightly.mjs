// For every night: builds the newest Talos when the project's snapshots are older. Needs HCLOUD_TOKEN.
import {
  build,
  createFactoryClient,
  createHetznerClient,
  findOutdated,
  plan,
  readPlanRequest,
  TalosImageError,
} from 'talos-image'

const { HCLOUD_TOKEN: token = '', HCLOUD_ENDPOINT, TALOS_IMAGE_FACTORY_URL, TALOS_IMAGE_SSH_PORT } = process.env
const hetzner = createHetznerClient({ token, endpoint: HCLOUD_ENDPOINT })
const factory = createFactoryClient({ url: TALOS_IMAGE_FACTORY_URL })

// One abort stops the build, and removes what it made.
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const { signal } = stop

try {
  const ages = await findOutdated({ hetzner, factory, signal })
  const isOld = ages.some(({ newerPatch, newerMinor }) => newerPatch !== null || newerMinor !== null)
  if (ages.length > 0 && !isOld) {
    console.log('All snapshots are of the newest Talos.')
  } else {
    const request = await readPlanRequest({ variables: { talos_version: 'latest' } })
    const made = await plan(request, { hetzner, factory, signal })
    const sshPort = Number(TALOS_IMAGE_SSH_PORT ?? 22)
    const { images, leftovers } = await build({ hetzner, plan: made, sshPort, signal })
    for (const result of images) {
      if (result.status === 'failed') console.error(`${result.image.name}: ${result.problem.message}`)
      else console.log(`${result.image.name}: snapshot ${result.snapshot.id} of Talos ${made.talosVersion}`)
    }
    for (const { name, command } of leftovers) console.error(`${name} is still there; remove it: ${command}`)
    if (leftovers.length > 0 || images.some(({ status }) => status === 'failed')) process.exitCode = 1
  }
} catch (error) {
  if (!(error instanceof TalosImageError)) throw error
  for (const { message, hint } of error.problems) console.error(`${message}${hint === undefined ? '' : ` (${hint})`}`)
  process.exitCode = 1
}
