import type { StoredNetwork } from '../entities.ts'
import { gatewayOf } from '../networks.ts'
import type { Store } from '../store.ts'
import { formatTime } from '../time.ts'

/** A network as the API shows it. */
export function formatNetwork(network: StoredNetwork, { state }: Store) {
  const gateway = gatewayOf(network)
  return {
    id: network.id,
    name: network.name,
    ip_range: network.ipRange,
    subnets: network.subnets.map(({ ipRange, networkZone }) => ({
      type: 'cloud',
      ip_range: ipRange,
      network_zone: networkZone,
      gateway,
      vswitch_id: null,
    })),
    routes: network.routes.map(({ destination, gateway: to }) => ({ destination, gateway: to })),
    servers: state.servers
      .filter(({ networks }) => networks.some((one) => one.network === network.id))
      .map(({ id }) => id),
    load_balancers: [],
    protection: { delete: false },
    labels: { ...network.labels },
    created: formatTime(network.created),
    expose_routes_to_vswitch: false,
  }
}
