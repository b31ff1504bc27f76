/** Primary IPs of build servers. They go with their servers; one that stays would be billed on, and has no labels of the run. */

import type { PrimaryIp } from '../../hetzner/wire.ts'
import type { CleanupScope } from '../../util/cleanup-scope.ts'
import { removeCreated } from '../remove-created.ts'
import type { DeletedServer, Run } from '../run.ts'

/** A primary IP that should be gone. */
interface Address {
  readonly id: number
  readonly server: DeletedServer
}

/**
 * Looks, once for all servers of a run, whether their primary IPs are gone with them, and registers the removal of those that
 * are not. When it cannot look, it says so in a note: nearly always they are gone.
 */
export async function removeStayed(run: Run, scope: CleanupScope): Promise<void> {
  const { primaryIps } = run.hetzner
  const addresses = run.deleted.flatMap((server) => server.addressIds.map((id): Address => ({ id, server })))
  let stayed: Address[]
  try {
    stayed = await findStayed(run, addresses, AbortSignal.timeout(run.timeouts.removeMs))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const which = addresses.map(({ id, server }) => `${id} of ${server.name}`).join(', ')
    const text = `could not look whether primary IPs went with their servers (${which}; hcloud primary-ip list shows them): ${reason}`
    run.emit({ type: 'note', text })
    return
  }
  for (const address of stayed) {
    const { id, server } = address
    scope.add({
      name: `primary IP ${id} of server ${server.name}`,
      command: `hcloud primary-ip delete ${id}`,
      run: (signal) => {
        const find = async () => (await findStayed(run, [address], signal)).at(0)
        const remove = () => primaryIps.delete(id, { signal, urgent: true })
        return removeCreated(run, { inDoubt: false, find, remove }, signal)
      },
    })
  }
}

/** One is looked at by itself, more in the list of all. */
async function findStayed(
  { hetzner: { primaryIps } }: Run,
  addresses: readonly Address[],
  signal: AbortSignal,
): Promise<Address[]> {
  const [only, ...others] = addresses
  if (only === undefined) return []
  const urgent = { signal, urgent: true }
  const found = others.length === 0 ? [await primaryIps.find(only.id, urgent)] : await primaryIps.list(urgent)
  const there = new Map(found.flatMap((one): [number, PrimaryIp][] => (one === undefined ? [] : [[one.id, one]])))
  return addresses.filter(({ id, server }) => {
    const one = there.get(id)
    // Somebody may have given it to another server since.
    return one !== undefined && (one.assignee_id ?? server.id) === server.id
  })
}
