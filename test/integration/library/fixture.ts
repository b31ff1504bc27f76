/** A project in a sandbox without machines, with snapshots of any labels. */

import { createHetznerClient, type HetznerClient } from '../../../src/hetzner/client.ts'
import type { Action } from '../../../src/hetzner/wire.ts'
import { testSandbox } from '../../support/sandbox.ts'

export interface TestProject extends AsyncDisposable {
  readonly hetzner: HetznerClient
  /** Makes a snapshot; gives its ID. */
  addSnapshot(labels: Readonly<Record<string, string>>): Promise<number>
  /** Makes a server from a snapshot. */
  addServer(name: string, image: number): Promise<void>
  /** From now on this snapshot cannot be deleted, and does not tell beforehand. */
  refuseDeletionOf(id: number): void
}

/** Use it with `await using`. */
export async function createProject(): Promise<TestProject> {
  const refused = new Set<string>()
  const sandbox = await testSandbox({
    machines: 'none',
    intercept: ({ method, path }) =>
      method === 'DELETE' && refused.has(path)
        ? Response.json({ error: { code: 'protected', message: 'it is protected', details: null } }, { status: 423 })
        : undefined,
  })
  const hetzner = createHetznerClient({
    token: sandbox.token,
    endpoint: sandbox.endpoint,
    retry: { retries: 0, firstPauseMs: 1, longestPauseMs: 1 },
  })
  const wait = (action: Action, name: string): Promise<void> =>
    hetzner.actions.wait(action, { signal: new AbortController().signal, timeoutMs: 30_000, name })
  const makeServer = async (name: string, image: string) => {
    const common = { serverType: 'cx23', location: 'fsn1', sshKeyIds: [], labels: {} }
    const { server, actions = [] } = await hetzner.servers.create({ ...common, name, image })
    for (const action of actions) await wait(action, 'a server')
    return server
  }
  const server = await makeServer('mine', 'debian-13')
  return {
    hetzner,
    async addSnapshot(labels) {
      const made = await hetzner.servers.createSnapshot(server.id, { description: 'of a test', labels })
      await wait(made.action, 'a snapshot')
      return made.image.id
    },
    async addServer(name, image) {
      await makeServer(name, String(image))
    },
    refuseDeletionOf: (id) => refused.add(`/images/${id}`),
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}
