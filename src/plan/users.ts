/** Which servers were made from which snapshots: what is deleted under them, they can no longer be rebuilt from. */

import type { HetznerClient } from '../hetzner/client.ts'

/** A server, as it is named beside a snapshot. */
export interface ServerReference {
  readonly id: number
  readonly name: string
}

/** By the snapshot's ID: the servers that were made from it. One that is in no use is missing. */
export type SnapshotUsers = ReadonlyMap<number, readonly ServerReference[]>

/** Asks the project. @throws TalosImageError `token`, `api` or `network` when it cannot be asked */
export async function lookUpUsers(hetzner: HetznerClient, signal?: AbortSignal): Promise<SnapshotUsers> {
  const users = new Map<number, ServerReference[]>()
  for (const { id, name, image } of await hetzner.servers.list({}, { signal })) {
    if (image !== null) users.set(image.id, [...(users.get(image.id) ?? []), { id, name }])
  }
  return users
}

/** How many servers are named. */
const MOST_NAMES = 3

/** `the server alpha was made from it`, `5 servers were made from it: a, b, c and 2 more`. @param servers at least one */
export function describeUsers(servers: readonly ServerReference[]): string {
  const names = servers.slice(0, MOST_NAMES).map(({ name }) => name)
  if (servers.length === 1) return `the server ${names.join()} was made from it`
  const more = servers.length - names.length
  return `${servers.length} servers were made from it: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** What to do about one that is in use. */
export const IN_USE_HINT =
  'keep it, or let it go all the same: --even-in-use (in the library evenInUse); the servers go on, but cannot be rebuilt from it'
