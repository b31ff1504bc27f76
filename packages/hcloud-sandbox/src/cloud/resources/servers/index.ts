/** `/servers` */

import { rm } from 'node:fs/promises'
import { atEnd } from '../../action-engine.ts'
import { isProtected } from '../../errors.ts'
import { defineNamedResource } from '../../resource.ts'
import { firewalls } from '../firewalls.ts'
import { createServer } from './create.ts'
import { powerActions, statusOf } from './power.ts'
import { ServerName, servers, startServerAction } from './server.ts'
import { settingActions } from './settings.ts'
import { showServer } from './show.ts'
import { createImage } from './snapshot.ts'

const NO_ACPI = 'takes the power away, since machines know no ACPI'

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
  },
  partial: {
    'POST /servers': 'no volumes, placement groups or own primary IPs; user data unused',
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
        for (const firewall of firewalls.rows(store)) {
          firewall.appliedTo = firewall.appliedTo.filter((one) => one.type !== 'server' || one.id !== server.id)
        }
      }),
    })
    return { action }
  },
  actions: { ...powerActions, ...settingActions, create_image: createImage },
})
