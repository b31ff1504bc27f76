/** How a server is shown. */

import type { CloudContext } from '../../context.ts'
import type { Store } from '../../table.ts'
import { formatTime } from '../../time.ts'
import { ipOf } from '../addresses.ts'
import { appliesTo } from '../firewall-targets.ts'
import { firewalls } from '../firewalls.ts'
import { floatingIps } from '../floating-ips.ts'
import { showSnapshot, snapshots } from '../images.ts'
import { findLocation } from '../locations.ts'
import { placementGroups, showPlacementGroup } from '../placement-groups.ts'
import { includedTraffic } from '../prices.ts'
import { primaryIpsOf } from '../primary-ips.ts'
import { findServerType, showServerType } from '../server-types.ts'
import { findSystemImage, showSystemImage } from '../system-images.ts'
import { volumesOf } from '../volumes.ts'
import { diskOf } from './disk.ts'
import { rescueIsEnabled } from './power.ts'
import { type Server, servers, statusOf } from './server.ts'

/** A server as the API shows it. */
export function showServer(server: Server, cloud: CloudContext) {
  const { options, store, engine } = cloud
  const type = findServerType(server.serverType)
  const group = placementGroups.rows(store).find(({ id }) => id === server.placementGroup)
  return {
    id: server.id,
    name: server.name,
    status: statusOf(server, cloud),
    created: formatTime(server.created),
    public_net: { ...showPublicNet(server, store), firewalls: showFirewalls(server, store) },
    private_net: server.networks.map(({ network, ip, aliasIps }) => ({
      network,
      ip,
      alias_ips: aliasIps,
      mac_address: macOf(ip),
    })),
    server_type: type === undefined ? null : showServerType(type, options),
    location: findLocation(server.location) ?? null,
    image: showImageOf(server, store),
    iso: null,
    rescue_enabled: rescueIsEnabled(server, options.clock.now()),
    locked: engine.isLocked(servers.ref(server)),
    backup_window: server.backups ? '22-02' : null,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: includedTraffic(server.location),
    protection: server.protection,
    labels: server.labels,
    volumes: volumesOf(store, server).map(({ id }) => id),
    load_balancers: [],
    primary_disk_size: diskOf(server),
    placement_group: group === undefined ? null : showPlacementGroup(group, cloud),
  }
}

function showPublicNet(server: Server, store: Store) {
  const ips = primaryIpsOf(store, server)
  const ipv4 = ips.find(({ type }) => type === 'ipv4')
  const ipv6 = ips.find(({ type }) => type === 'ipv6')
  const floating = floatingIps.rows(store).filter((one) => one.server === server.id)
  return {
    ipv4:
      ipv4 === undefined
        ? null
        : { id: ipv4.id, ip: ipOf(ipv4), blocked: false, dns_ptr: ipv4.dnsPtr[0]?.dns_ptr ?? '' },
    ipv6: ipv6 === undefined ? null : { id: ipv6.id, ip: ipOf(ipv6), blocked: false, dns_ptr: ipv6.dnsPtr },
    floating_ips: floating.map(({ id }) => id),
  }
}

function showFirewalls(server: Server, store: Store) {
  const applied = firewalls.rows(store).filter((firewall) => appliesTo(firewall, server))
  return applied.map(({ id }) => ({ id, status: 'applied' }))
}

/** A locally administered one, always the same for an address. */
function macOf(ip: string): string {
  return ['86', '00', ...ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':')
}

/** Null when the server was made from a snapshot that has been deleted since. */
function showImageOf(server: Server, store: Store) {
  const snapshot = snapshots.rows(store).find(({ id }) => id === server.image)
  if (snapshot !== undefined) return showSnapshot(snapshot)
  const system = findSystemImage(server.image)
  return system === undefined ? null : showSystemImage(system)
}
