import { findLocation } from '../catalogue/locations.ts'
import { includedTraffic } from '../catalogue/prices.ts'
import { findServerType } from '../catalogue/server-types.ts'
import { findSystemImage } from '../catalogue/system-images.ts'
import type { StoredServer } from '../entities.ts'
import type { CloudContext } from '../environment.ts'
import { appliesTo } from '../firewalls.ts'
import { rescueIsEnabled } from '../power.ts'
import type { Store } from '../store.ts'
import { formatTime } from '../time.ts'
import { formatSnapshot, formatSystemImage } from './image.ts'
import { formatPublicNet } from './primary-ip.ts'
import { formatServerType } from './server-type.ts'

/** A server as the API shows it. */
export function formatServer(server: StoredServer, { options, store, engine, power }: CloudContext) {
  const now = options.clock.now()
  const type = findServerType(server.serverType)
  return {
    id: server.id,
    name: server.name,
    status: power.statusOf(server),
    created: formatTime(server.created),
    public_net: { ...formatPublicNet(server), firewalls: formatFirewalls(server, store) },
    private_net: server.networks.map(({ network, ip }) => ({ network, ip, alias_ips: [], mac_address: macOf(ip) })),
    server_type: type === undefined ? null : formatServerType(type, options.outOfStock ?? [], now),
    location: findLocation(server.location) ?? null,
    image: formatImageOf(server, store),
    iso: null,
    rescue_enabled: rescueIsEnabled(server, now),
    locked: engine.isLocked('server', server.id),
    backup_window: null,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: includedTraffic(server.location),
    protection: { ...server.protection },
    labels: { ...server.labels },
    volumes: [],
    load_balancers: [],
    primary_disk_size: type?.disk ?? 0,
    placement_group: null,
  }
}

function formatFirewalls(server: StoredServer, { state }: Store) {
  return state.firewalls.filter((firewall) => appliesTo(firewall, server)).map(({ id }) => ({ id, status: 'applied' }))
}

/** One that is nobody's, and always the same for an address. */
function macOf(ip: string): string {
  return ['86', '00', ...ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':')
}

/** Null when the server was made from a snapshot that has been deleted since. */
function formatImageOf(server: StoredServer, store: Store) {
  const snapshot = store.state.images.find(({ id }) => id === server.image)
  if (snapshot !== undefined) return formatSnapshot(snapshot)
  const system = findSystemImage(server.image)
  return system === undefined ? null : formatSystemImage(system)
}
