/** What the routes about servers share. */

import * as v from 'valibot'
import type { ActionSpec } from './action-engine.ts'
import type { ActionResource, StoredServer } from './entities.ts'
import type { CloudContext } from './environment.ts'
import { locked, notFound, notUnique } from './errors.ts'
import { formatAction } from './formatters/action.ts'

const HOST_NAME =
  /^(?!.{254})[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

/** A host name as RFC 1123 has it. */
export const ServerName = v.pipe(
  v.string('Not a valid string.'),
  v.regex(HOST_NAME, 'must be a valid hostname as per RFC 1123'),
)

/** @throws ApiFault 404 */
export function requireServer({ store }: CloudContext, project: string, id: string): StoredServer {
  const server = store.state.servers.find((candidate) => candidate.project === project && String(candidate.id) === id)
  if (server === undefined) throw notFound('server', id)
  return server
}

/** @throws ApiFault 409 */
export function requireUniqueServerName({ store }: CloudContext, project: string, name: string): void {
  if (store.state.servers.some((server) => server.project === project && server.name === name)) {
    throw notUnique('name', 'server name is already used')
  }
}

export interface ServerActionSpec extends Pick<ActionSpec, 'command' | 'work' | 'onFailure'> {
  /** The server's status while the action runs; unchanged when left out. */
  readonly meanwhile?: StoredServer['status'] | undefined
  /** What the action is about besides the server. */
  readonly alsoAbout?: readonly ActionResource[] | undefined
}

/**
 * Starts an action on a server and gives it in wire form. When it fails, the server is what its machine is: on or off.
 * @throws ApiFault 423 when another action runs on the server
 */
export function startServerAction(cloud: CloudContext, server: StoredServer, spec: ServerActionSpec) {
  requireUnlocked(cloud, server)
  const { action } = cloud.engine.start({
    project: server.project,
    command: spec.command,
    resources: [{ id: server.id, type: 'server' }, ...(spec.alsoAbout ?? [])],
    work: spec.work,
    async onFailure() {
      if (spec.meanwhile !== undefined) server.status = cloud.power.isOn(server) ? 'running' : 'off'
      await spec.onFailure?.()
    },
  })
  server.status = spec.meanwhile ?? server.status
  return formatAction(action, cloud.options.clock.now())
}

/** @throws ApiFault 423 when an action runs on the server */
export function requireUnlocked({ engine }: CloudContext, server: StoredServer): void {
  if (engine.isLocked('server', server.id)) throw locked('server')
}
