/** Attaching a new server to private networks, one after the other. */

import type { StartedAction } from './action-engine.ts'
import { findLocation } from './catalogue/locations.ts'
import type { StoredNetwork, StoredServer } from './entities.ts'
import type { CloudContext } from './environment.ts'
import { findFreeAddress } from './networks.ts'

/** Starts an action for each network; the server has its address there when the action has ended. */
export function attachToNetworks(
  { store, engine }: CloudContext,
  server: StoredServer,
  networks: readonly StoredNetwork[],
  created: StartedAction,
): StartedAction[] {
  const zone = findLocation(server.location)?.network_zone ?? ''
  let after = created
  return networks.map((network) => {
    after = engine.start({
      project: server.project,
      command: 'attach_to_network',
      resources: [
        { id: server.id, type: 'server' },
        { id: network.id, type: 'network' },
      ],
      after,
      async work(latency) {
        await latency()
        // Others may have come first since it was ordered.
        const ip = findFreeAddress(network, zone, store.state.servers)
        if (ip === undefined) throw new Error(`network '${network.name}' has no free address in ${zone}`)
        server.networks.push({ network: network.id, ip })
      },
    })
    return after
  })
}
