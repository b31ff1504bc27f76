/** Primary IPs of build servers. They go with their servers; one that stays would be billed on, and has no labels of the run. */

import type { PrimaryIp } from '../../hetzner/wire.ts'
import { removeCreated } from '../remove-created.ts'
import type { ImageBuild } from '../run.ts'

/**
 * Looks whether the primary IPs of a server are gone with it, and registers the removal of those that are not for the end of
 * the run. When it cannot look, it says so in a note: nearly always they are gone.
 */
export async function removeStayed(
  build: ImageBuild,
  server: { readonly id: number; readonly name: string; readonly addressIds: readonly number[] },
  deadline: AbortSignal,
): Promise<void> {
  const { primaryIps } = build.hetzner
  for (const id of server.addressIds) {
    const find = async (signal: AbortSignal): Promise<PrimaryIp | undefined> => {
      const found = await primaryIps.find(id, { signal, urgent: true })
      const owner = found?.assignee_id ?? server.id
      // Somebody may have given it to another server since.
      return owner === server.id ? found : undefined
    }
    try {
      if ((await find(deadline)) === undefined) continue
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const text = `could not look whether the primary IP ${id} went with the server ${server.name} (hcloud primary-ip list shows it): ${reason}`
      build.emit({ type: 'note', text })
      continue
    }
    build.runScope.add({
      name: `primary IP ${id} of server ${server.name}`,
      command: `hcloud primary-ip delete ${id}`,
      run: (signal) =>
        removeCreated(
          build,
          {
            inDoubt: false,
            find: () => find(signal),
            remove: () => primaryIps.delete(id, { signal, urgent: true }),
          },
          signal,
        ),
    })
  }
}
