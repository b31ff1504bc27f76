/** Actions that change settings of a server: the rescue system and the protection. */

import * as v from 'valibot'
import { atEnd } from '../../action-engine.ts'
import { invalidInput } from '../../errors.ts'
import type { ResourceOptions } from '../../resource.ts'
import { requireUnlocked } from '../../row-actions.ts'
import { resolveSshKeys } from '../ssh-keys.ts'
import { createPassword, type Server, servers, startServerAction } from './server.ts'

const RescueInput = v.object({
  type: v.optional(v.literal('linux64', 'must be linux64'), 'linux64'),
  ssh_keys: v.optional(v.nullable(v.array(v.number('Not a valid integer.'))), []),
})
const ProtectionInput = v.object({
  delete: v.optional(v.boolean('Not a valid boolean.')),
  rebuild: v.optional(v.boolean('Not a valid boolean.')),
})

export const settingActions: ResourceOptions<Server>['actions'] = {
  async enable_rescue(server, { cloud, body }) {
    const input = await body(RescueInput)
    requireUnlocked(cloud, servers.ref(server))
    const authorizedKeys = resolveSshKeys(cloud.store, server.project, input.ssh_keys ?? [])
    const rootPassword = createPassword()
    const action = startServerAction(cloud, server, {
      command: 'enable_rescue',
      work: atEnd(() => {
        server.rescue = { enabled: cloud.options.clock.now(), authorizedKeys, rootPassword, isUsedUp: false }
      }),
    })
    return { action, root_password: rootPassword }
  },
  disable_rescue(server, { cloud }) {
    const work = atEnd(() => {
      server.rescue = null
    })
    return { action: startServerAction(cloud, server, { command: 'disable_rescue', work }) }
  },
  async change_protection(server, { cloud, body }) {
    const input = await body(ProtectionInput)
    const protection = {
      delete: input.delete ?? server.protection.delete,
      rebuild: input.rebuild ?? server.protection.rebuild,
    }
    if (protection.delete !== protection.rebuild) throw invalidInput('delete and rebuild must have the same value')
    const work = atEnd(() => {
      server.protection = protection
    })
    return { action: startServerAction(cloud, server, { command: 'change_protection', work }) }
  },
}
