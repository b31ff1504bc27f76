/** `/servers/{id}/actions/enable_rescue`, `disable_rescue`, `change_protection`: settings of a server. */

import { Hono } from 'hono'
import * as v from 'valibot'
import { readBody } from '../body.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { invalidInput } from '../errors.ts'
import { createPassword } from '../password.ts'
import { requireServer, requireUnlocked, startServerAction } from '../servers.ts'
import { resolveSshKeys } from '../ssh-key-choice.ts'

const RescueInput = v.object({
  type: v.optional(v.literal('linux64', 'must be linux64'), 'linux64'),
  ssh_keys: v.optional(v.nullable(v.array(v.number('Not a valid integer.'))), []),
})
const ProtectionInput = v.object({
  delete: v.optional(v.boolean('Not a valid boolean.')),
  rebuild: v.optional(v.boolean('Not a valid boolean.')),
})

export function serverSettingRoutes(cloud: CloudContext): Hono<CloudEnv> {
  const { options } = cloud
  return new Hono<CloudEnv>()
    .post('/:id{[0-9]+}/actions/enable_rescue', async (context) => {
      const server = requireServer(cloud, context.get('project'), context.req.param('id'))
      const input = await readBody(context, RescueInput)
      requireUnlocked(cloud, server)
      const authorizedKeys = resolveSshKeys(cloud.store, server.project, input.ssh_keys ?? [])
      const rootPassword = createPassword()
      const action = startServerAction(cloud, server, {
        command: 'enable_rescue',
        async work(latency) {
          await latency()
          server.rescue = { enabled: options.clock.now(), authorizedKeys, rootPassword }
        },
      })
      return context.json({ action, root_password: rootPassword }, 201)
    })
    .post('/:id{[0-9]+}/actions/disable_rescue', (context) => {
      const server = requireServer(cloud, context.get('project'), context.req.param('id'))
      const action = startServerAction(cloud, server, {
        command: 'disable_rescue',
        async work(latency) {
          await latency()
          server.rescue = null
        },
      })
      return context.json({ action }, 201)
    })
    .post('/:id{[0-9]+}/actions/change_protection', async (context) => {
      const server = requireServer(cloud, context.get('project'), context.req.param('id'))
      const input = await readBody(context, ProtectionInput)
      const protection = {
        delete: input.delete ?? server.protection.delete,
        rebuild: input.rebuild ?? server.protection.rebuild,
      }
      if (protection.delete !== protection.rebuild) throw invalidInput('delete and rebuild must have the same value')
      const action = startServerAction(cloud, server, {
        command: 'change_protection',
        async work(latency) {
          await latency()
          server.protection = protection
        },
      })
      return context.json({ action }, 201)
    })
}
