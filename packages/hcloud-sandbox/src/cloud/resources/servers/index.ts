/** `/servers` */

import { rm } from 'node:fs/promises'
import { atEnd } from '../../action-engine.ts'
import { isProtected } from '../../errors.ts'
import { defineNamedResource } from '../../resource.ts'
import { firewalls } from '../firewalls.ts'
import { floatingIps } from '../floating-ips.ts'
import { serverDnsAction, takeAddresses } from '../primary-ips.ts'
import { volumes } from '../volumes.ts'
import { changeActions } from './changes.ts'
import { createServer } from './create.ts'
import { networkActions } from './networks.ts'
import { placementActions } from './placement.ts'
import { powerActions } from './power.ts'
import { ServerName, servers, startServerAction, statusOf } from './server.ts'
import { settingActions } from './settings.ts'
import { showServer } from './show.ts'
import { createImage } from './snapshot.ts'

const NO_ACPI = 'takes the power away, since machines know no ACPI'

const AT_BOOT = 'the machine answers there from its next boot on'

export const serverResource = defineNamedResource(servers, ServerName, {
  path: 'servers',
  key: 'server',
  // Typical for small servers; the real ones vary from day to day. What a machine does by itself (booting) comes on top.
  latencies: {
    create_server: 8_000,
    start_server: 2_000,
    stop_server: 2_000,
    shutdown_server: 5_000,
    reboot_server: 3_000,
    reset_server: 2_000,
    enable_rescue: 1_500,
    disable_rescue: 1_500,
    create_image: 40_000,
    delete_server: 2_000,
    change_protection: 300,
    attach_to_network: 2_000,
    detach_from_network: 2_000,
    change_alias_ips: 1_000,
    change_server_type: 10_000,
    rebuild_server: 10_000,
    enable_backup: 500,
    disable_backup: 500,
    add_to_placement_group: 500,
    remove_from_placement_group: 500,
  },
  partial: {
    'POST /servers': 'user data unused',
    'POST /servers/{id}/actions/attach_to_network': AT_BOOT,
    'POST /servers/{id}/actions/detach_from_network': AT_BOOT,
    'POST /servers/{id}/actions/change_alias_ips': 'kept and shown, but nothing answers there; any addresses are taken',
    'POST /servers/{id}/actions/rebuild': 'user data unused',
    'POST /servers/{id}/actions/enable_backup': 'shown, but no backups are made',
    'POST /servers/{id}/actions/reboot': NO_ACPI,
    'POST /servers/{id}/actions/shutdown': NO_ACPI,
    'POST /servers/{id}/actions/create_image': 'snapshots, no backups',
  },
  filters: { name: ({ name }) => name, status: statusOf },
  show: showServer,
  create: createServer,
  remove(server, { cloud }) {
    if (server.protection.delete) throw isProtected('server')
    const { store, machines } = cloud
    const action = startServerAction(cloud, server, {
      command: 'delete_server',
      meanwhile: 'deleting',
      work: atEnd(async () => {
        await machines.remove(server.id)
        await rm(servers.diskFile(store, server.id), { force: true })
        servers.remove(store, server)
        takeAddresses(store, server, cloud.options.addressesStay?.(server.name) ?? false)
        for (const one of [...volumes.rows(store), ...floatingIps.rows(store)]) {
          if (one.server === server.id) one.server = null
        }
        for (const firewall of firewalls.rows(store)) {
          firewall.appliedTo = firewall.appliedTo.filter((one) => one.type !== 'server' || one.id !== server.id)
        }
      }),
    })
    return { action }
  },
  actions: {
    ...powerActions,
    ...settingActions,
    ...networkActions,
    ...placementActions,
    ...changeActions,
    create_image: createImage,
    change_dns_ptr: serverDnsAction,
  },
})
