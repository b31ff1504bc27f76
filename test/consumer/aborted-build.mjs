/**
 * A program that stops a build when its server is there, and prints nothing: it writes what became of it as JSON.
 * Arguments: the file to write.
 */

import { writeFile } from 'node:fs/promises'
import { build, plan, readPlanRequest, startSandbox } from 'talos-image'

const [, , out = ''] = process.argv

const { hetzner, factory, sshPort, endpoint, token, close } = await startSandbox({ imageDiskBytes: 16 * 1024 * 1024 })
/** @param {'servers' | 'ssh_keys' | 'images?type=snapshot'} kind */
const count = async (kind) => {
  const response = await fetch(`${endpoint}/${kind}`, { headers: { Authorization: `Bearer ${token}` } })
  const { meta } = await response.json()
  return meta.pagination.total_entries
}
try {
  const stop = new AbortController()
  const made = await plan(await readPlanRequest(), { hetzner, factory, signal: stop.signal })
  let servers = 0
  let seen = Promise.resolve()
  const { images, leftovers } = await build({
    hetzner,
    plan: made,
    sshPort,
    signal: stop.signal,
    onEvent(event) {
      if (event.type !== 'server-created' || stop.signal.aborted) return
      seen = count('servers').then((found) => {
        servers = found
      })
      stop.abort(new Error('enough'))
    },
  })
  await seen
  const rejected = await plan(await readPlanRequest(), { hetzner, factory, signal: stop.signal }).catch(
    (error) => error.message,
  )
  const report = {
    codes: images.map((image) => (image.status === 'failed' ? image.problem.code : image.status)),
    leftovers,
    serversMeanwhile: servers,
    servers: await count('servers'),
    keys: await count('ssh_keys'),
    snapshots: await count('images?type=snapshot'),
    rejected,
  }
  await writeFile(out, JSON.stringify(report))
} finally {
  await close()
}
