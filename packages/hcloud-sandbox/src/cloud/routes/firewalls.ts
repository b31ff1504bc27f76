/** `/firewalls` */

import { Hono } from 'hono'
import * as v from 'valibot'
import { readBody } from '../body.ts'
import type { ActionResource, StoredFirewall } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { ApiFault, notUnique } from '../errors.ts'
import {
  FirewallCreateInput,
  FirewallUpdateInput,
  RulesInput,
  TargetsInput,
  toRules,
  toTargets,
} from '../firewall-schema.ts'
import { requireFirewall } from '../firewalls.ts'
import { type Action, formatAction } from '../formatters/action.ts'
import { formatFirewall } from '../formatters/firewall.ts'
import { pageResponse, type SortFields, selectByLabels, selectByParameter, sortItems } from '../list.ts'
import { removeItem } from '../store.ts'
import { resourceActionRoutes } from './actions.ts'

type Target = StoredFirewall['appliedTo'][number]

const SORT: SortFields<StoredFirewall> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  created: ({ created }) => created,
}

export function firewallRoutes(cloud: CloudContext): Hono<CloudEnv> {
  const { options, store, engine } = cloud
  const firewallsOf = (project: string) => store.state.firewalls.filter((firewall) => firewall.project === project)

  function requireUniqueName(project: string, name: string): void {
    if (firewallsOf(project).some((firewall) => firewall.name === name)) {
      throw notUnique('name', 'firewall name is already used')
    }
  }

  /**
   * @param unknown the status for a server that is not there
   * @throws ApiFault for that, and 422 for one without a public network interface
   */
  function requireServers(project: string, targets: readonly Target[], unknown: 404 | 422): void {
    for (const target of targets) {
      if (target.type !== 'server') continue
      const server = store.state.servers.find((one) => one.project === project && one.id === target.id)
      if (server === undefined) {
        throw new ApiFault(unknown, 'firewall_resource_not_found', `server with ID '${target.id}' not found`)
      }
      if (!server.enableIpv4 && !server.enableIpv6) {
        throw new ApiFault(422, 'private_net_only_server', 'the server has no public network interface')
      }
    }
  }

  /** One action for each thing that a change is about. */
  function act(firewall: StoredFirewall, command: string, targets: readonly Target[]): Action[] {
    return targets.map((target) => {
      const also: ActionResource[] = target.type === 'server' ? [{ id: target.id, type: 'server' }] : []
      const { action } = engine.start({
        project: firewall.project,
        command,
        resources: [{ id: firewall.id, type: 'firewall' }, ...also],
        work: (latency) => latency(),
      })
      return formatAction(action, options.clock.now())
    })
  }

  return new Hono<CloudEnv>()
    .route(
      '/',
      resourceActionRoutes(cloud, 'firewall', (project, id) => requireFirewall(cloud, project, id)),
    )
    .get('/', (context) => {
      const labelled = selectByLabels(context, firewallsOf(context.get('project')))
      const named = selectByParameter(context, 'name', labelled, ({ name }) => name)
      return pageResponse(context, 'firewalls', sortItems(context, named, SORT), (one) => formatFirewall(one, store))
    })
    .post('/', async (context) => {
      const project = context.get('project')
      const input = await readBody(context, FirewallCreateInput)
      requireUniqueName(project, input.name)
      const appliedTo = toTargets(input.apply_to)
      requireServers(project, appliedTo, 422)
      const firewall: StoredFirewall = {
        id: store.nextId('firewall'),
        project,
        name: input.name,
        rules: toRules(input.rules),
        appliedTo,
        labels: input.labels,
        created: options.clock.now(),
      }
      store.state.firewalls.push(firewall)
      store.touch()
      const actions = act(firewall, 'apply_firewall', appliedTo)
      return context.json({ firewall: formatFirewall(firewall, store), actions }, 201)
    })
    .get('/:id{[0-9]+}', (context) => {
      const firewall = requireFirewall(cloud, context.get('project'), context.req.param('id'))
      return context.json({ firewall: formatFirewall(firewall, store) })
    })
    .put('/:id{[0-9]+}', async (context) => {
      const firewall = requireFirewall(cloud, context.get('project'), context.req.param('id'))
      const input = await readBody(context, FirewallUpdateInput)
      if (input.name !== undefined && input.name !== firewall.name) requireUniqueName(firewall.project, input.name)
      firewall.name = input.name ?? firewall.name
      firewall.labels = input.labels ?? firewall.labels
      store.touch()
      return context.json({ firewall: formatFirewall(firewall, store) })
    })
    .delete('/:id{[0-9]+}', (context) => {
      const firewall = requireFirewall(cloud, context.get('project'), context.req.param('id'))
      if (firewall.appliedTo.length > 0) {
        throw new ApiFault(422, 'resource_in_use', `firewall with ID '${firewall.id}' is still in use`)
      }
      removeItem(store.state.firewalls, firewall)
      store.touch()
      return context.body(null, 204)
    })
    .post('/:id{[0-9]+}/actions/set_rules', async (context) => {
      const firewall = requireFirewall(cloud, context.get('project'), context.req.param('id'))
      const { rules } = await readBody(context, v.object({ rules: RulesInput }))
      firewall.rules = toRules(rules)
      const set = engine.start({
        project: firewall.project,
        command: 'set_firewall_rules',
        resources: [{ id: firewall.id, type: 'firewall' }],
        work: (latency) => latency(),
      })
      const actions = [
        formatAction(set.action, options.clock.now()),
        ...act(firewall, 'apply_firewall', firewall.appliedTo),
      ]
      return context.json({ actions }, 201)
    })
    .post('/:id{[0-9]+}/actions/apply_to_resources', async (context) => {
      const firewall = requireFirewall(cloud, context.get('project'), context.req.param('id'))
      const targets = toTargets((await readBody(context, v.object({ apply_to: TargetsInput }))).apply_to)
      requireServers(firewall.project, targets, 404)
      if (targets.some((target) => firewall.appliedTo.some((one) => isSame(one, target)))) {
        throw new ApiFault(422, 'firewall_already_applied', 'firewall is already applied to the resource')
      }
      firewall.appliedTo.push(...targets)
      return context.json({ actions: act(firewall, 'apply_firewall', targets) }, 201)
    })
    .post('/:id{[0-9]+}/actions/remove_from_resources', async (context) => {
      const firewall = requireFirewall(cloud, context.get('project'), context.req.param('id'))
      const targets = toTargets((await readBody(context, v.object({ remove_from: TargetsInput }))).remove_from)
      requireServers(firewall.project, targets, 404)
      firewall.appliedTo = firewall.appliedTo.filter((one) => !targets.some((target) => isSame(one, target)))
      return context.json({ actions: act(firewall, 'remove_firewall', targets) }, 201)
    })
}

function isSame(a: Target, b: Target): boolean {
  return a.type === 'server' ? b.type === 'server' && a.id === b.id : b.type === a.type && a.selector === b.selector
}
