/** `/servers/{id}/actions/...`: everything about power. */

import { Hono } from 'hono'
import type { StoredServer } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import type { Power } from '../power.ts'
import { requireServer, startServerAction } from '../servers.ts'

interface PowerAction {
  readonly command: string
  readonly meanwhile: StoredServer['status']
  readonly run: (power: Power, server: StoredServer) => Promise<void>
}

async function boot(power: Power, server: StoredServer): Promise<void> {
  await power.on(server)
  server.status = 'running'
}

async function stop(power: Power, server: StoredServer): Promise<void> {
  await power.off(server)
  server.status = 'off'
}

async function restart(power: Power, server: StoredServer): Promise<void> {
  await power.off(server)
  await boot(power, server)
}

/**
 * Path to what it does. Machines know no ACPI, so the gentle ways end like the hard ones, only later.
 * Assumed, since it is not documented: what is already so succeeds, and a restart of a server that is off starts it.
 */
const POWER_ACTIONS: Readonly<Record<string, PowerAction>> = {
  poweron: { command: 'start_server', meanwhile: 'starting', run: boot },
  poweroff: { command: 'stop_server', meanwhile: 'stopping', run: stop },
  shutdown: { command: 'shutdown_server', meanwhile: 'stopping', run: stop },
  reboot: { command: 'reboot_server', meanwhile: 'running', run: restart },
  reset: { command: 'reset_server', meanwhile: 'running', run: restart },
}

export function serverPowerRoutes(cloud: CloudContext): Hono<CloudEnv> {
  const routes = new Hono<CloudEnv>()
  for (const [name, { command, meanwhile, run }] of Object.entries(POWER_ACTIONS)) {
    routes.post(`/:id{[0-9]+}/actions/${name}`, (context) => {
      const server = requireServer(cloud, context.get('project'), context.req.param('id'))
      const action = startServerAction(cloud, server, {
        command,
        meanwhile,
        async work(latency) {
          await latency()
          await run(cloud.power, server)
        },
      })
      return context.json({ action }, 201)
    })
  }
  return routes
}
