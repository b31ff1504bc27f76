/**
 * A program that uses the installed package in full, and prints nothing: it writes what became of it as JSON.
 * Arguments: a directory of the sandbox's state, a copy of `_packer`, the file to write.
 */

import { writeFile } from 'node:fs/promises'
import {
  type BuildEvent,
  type BuildResult,
  build,
  createFactoryClient,
  createHetznerClient,
  findOutdated,
  listSnapshots,
  loadVariables,
  type PlanRequest,
  plan,
  pruneSnapshots,
  readPlanRequest,
  type Sandbox,
  startSandbox,
  toResultDocument,
  type Variables,
} from 'talos-image'

const [, , stateDir = '', directory = '', out = ''] = process.argv

const variables: Variables = await loadVariables({ directory, varFiles: [], vars: [], env: {}, cwd: directory })
const request: PlanRequest = { ...(await readPlanRequest({ directory, roles: ['worker'] })), variables }

const sandbox: Sandbox = await startSandbox({ stateDir, imageDiskBytes: 16 * 1024 * 1024 })
try {
  const hetzner = createHetznerClient({ token: sandbox.token, endpoint: sandbox.endpoint })
  const factory = createFactoryClient({ url: sandbox.factoryUrl })
  const { signal } = new AbortController()
  const made = await plan(request, { hetzner, factory, signal })
  const events: BuildEvent['type'][] = []
  const result: BuildResult = await build({
    hetzner,
    plan: made,
    sshPort: sandbox.sshPort,
    signal,
    onEvent: (event) => events.push(event.type),
  })
  const again = await plan(request, { hetzner, factory })
  const report = {
    document: toResultDocument(result, made.talosVersion, factory.publicUrl),
    events,
    existing: again.images.map(({ existing }) => existing?.id),
    listed: (await listSnapshots(hetzner)).map(({ id }) => id),
    outdated: await findOutdated({ hetzner, factory }),
    pruned: (await pruneSnapshots(hetzner)).filter(({ goes }) => goes),
  }
  await writeFile(out, JSON.stringify(report))
} finally {
  await sandbox.close()
}
