/** `/firewalls`: their rules, what they apply to, and whether they let SSH in. */

import * as v from 'valibot'
import { atEnd } from '../action-engine.ts'
import type { CloudContext } from '../context.ts'
import { ApiFault } from '../errors.ts'
import { isCidr } from '../ip-range.ts'
import { LabelsInput } from '../labels.ts'
import { defineNamedResource, requireUniqueName } from '../resource.ts'
import { defineTable, NAMED } from '../table.ts'
import { formatTime } from '../time.ts'
import { AppliedTo, appliesTo, isAmong, requireServers, TargetsInput, toTargets } from './firewall-targets.ts'
import { type Server, servers } from './servers/server.ts'

const Firewall = v.object({
  ...NAMED,
  rules: v.array(
    v.object({
      direction: v.picklist(['in', 'out']),
      protocol: v.picklist(['tcp', 'udp', 'icmp', 'esp', 'gre']),
      port: v.nullable(v.string()),
      sourceIps: v.array(v.string()),
      destinationIps: v.array(v.string()),
      description: v.nullable(v.string()),
    }),
  ),
  appliedTo: v.array(AppliedTo),
})
export type Firewall = v.InferOutput<typeof Firewall>

export const firewalls = defineTable('firewall', { firstId: 2_000_000, schema: Firewall })

const MAX_RULES = 50
const WITH_PORTS = ['tcp', 'udp']

const FirewallName = v.pipe(
  v.string('Not a valid string.'),
  v.trim(),
  v.nonEmpty('must not be empty'),
  v.maxLength(128, 'is too long'),
)

const Cidr = v.pipe(v.string('Not a valid string.'), v.check(isCidr, 'is not a valid CIDR block'))
const Port = v.pipe(
  v.string('Not a valid string.'),
  v.check((text) => text === 'any' || isPortRange(text), 'is not a port or port range'),
)

const Rule = v.pipe(
  v.object({
    description: v.optional(v.nullable(v.pipe(v.string('Not a valid string.'), v.maxLength(255, 'is too long'))), null),
    direction: v.picklist(['in', 'out'], 'must be in or out'),
    protocol: v.picklist(['tcp', 'udp', 'icmp', 'esp', 'gre'], 'is not supported'),
    port: v.optional(v.nullable(Port), null),
    source_ips: v.optional(v.array(Cidr), []),
    destination_ips: v.optional(v.array(Cidr), []),
  }),
  v.check(
    ({ direction, source_ips, destination_ips }) => (direction === 'in' ? source_ips : destination_ips).length > 0,
    'source_ips are needed for the direction in, destination_ips for the direction out',
  ),
  v.check(
    ({ protocol, port }) => WITH_PORTS.includes(protocol) === (port !== null),
    'a port is needed for tcp and udp, and for nothing else',
  ),
)

const RulesInput = v.pipe(v.array(Rule), v.maxLength(MAX_RULES, 'too many rules'))

const CreateInput = v.object({
  name: FirewallName,
  labels: v.optional(LabelsInput, {}),
  rules: v.optional(RulesInput, []),
  apply_to: v.optional(TargetsInput, []),
})

const FIREWALLS = 'looked at when a server boots, and for SSH alone'

export const firewallResource = defineNamedResource(firewalls, FirewallName, {
  path: 'firewalls',
  key: 'firewall',
  latencies: { apply_firewall: 1_000, remove_firewall: 1_000, set_firewall_rules: 300 },
  partial: {
    'POST /firewalls': FIREWALLS,
    'POST /firewalls/{id}/actions/set_rules': FIREWALLS,
    'POST /firewalls/{id}/actions/apply_to_resources': FIREWALLS,
    'POST /firewalls/{id}/actions/remove_from_resources': FIREWALLS,
  },
  show: (firewall, { store }) => ({
    id: firewall.id,
    name: firewall.name,
    labels: firewall.labels,
    created: formatTime(firewall.created),
    rules: firewall.rules.map(({ sourceIps, destinationIps, ...rule }) => ({
      ...rule,
      source_ips: sourceIps,
      destination_ips: destinationIps,
    })),
    applied_to: firewall.appliedTo.map((one) => {
      if (one.type === 'server') return { type: 'server', server: { id: one.id } }
      const selected = servers.rows(store).filter((server) => appliesTo({ ...firewall, appliedTo: [one] }, server))
      return {
        type: 'label_selector',
        label_selector: { selector: one.selector },
        applied_to_resources: selected.map(({ id }) => ({ type: 'server', server: { id } })),
      }
    }),
  }),
  async create({ cloud, project, body }) {
    const { name, labels, rules, apply_to } = await body(CreateInput)
    requireUniqueName(firewalls, cloud, project, name)
    const appliedTo = toTargets(apply_to)
    requireServers(cloud, project, appliedTo, { unknown: 422, bare: 'incompatible_network_type' })
    if (appliedTo.some((target, i) => target.type === 'server' && isAmong(appliedTo.slice(0, i), target))) {
      throw new ApiFault(422, 'server_already_added', 'the server was applied more than once')
    }
    const id = firewalls.nextId(cloud.store)
    const made = { id, project, name, rules: toRules(rules), appliedTo, labels, created: cloud.options.clock.now() }
    firewalls.add(cloud.store, made)
    return { made, more: { actions: act(cloud, made, 'apply_firewall', appliedTo) } }
  },
  remove(firewall, { cloud }) {
    if (firewall.appliedTo.length > 0) {
      throw new ApiFault(422, 'resource_in_use', `firewall with ID '${firewall.id}' is still in use`)
    }
    firewalls.remove(cloud.store, firewall)
    return undefined
  },
  actions: {
    async set_rules(firewall, { cloud, body }) {
      const { rules } = await body(v.object({ rules: RulesInput }))
      firewall.rules = toRules(rules)
      const set = start(cloud, firewall, 'set_firewall_rules')
      return { actions: [set, ...act(cloud, firewall, 'apply_firewall', firewall.appliedTo)] }
    },
    async apply_to_resources(firewall, { cloud, body }) {
      const targets = toTargets((await body(v.object({ apply_to: TargetsInput }))).apply_to)
      requireServers(cloud, firewall.project, targets, { unknown: 404, bare: 'private_net_only_server' })
      if (targets.some((target, i) => isAmong([...firewall.appliedTo, ...targets.slice(0, i)], target))) {
        throw new ApiFault(422, 'firewall_already_applied', 'firewall is already applied to the resource')
      }
      firewall.appliedTo.push(...targets)
      return { actions: act(cloud, firewall, 'apply_firewall', targets) }
    },
    async remove_from_resources(firewall, { cloud, body }) {
      const targets = toTargets((await body(v.object({ remove_from: TargetsInput }))).remove_from)
      for (const server of requireServers(cloud, firewall.project, targets, { unknown: 404 })) {
        if (!isAmong(firewall.appliedTo, { type: 'server', id: server.id }) && appliesTo(firewall, server)) {
          const message = 'the firewall is applied by a label selector, and cannot be removed from the server'
          throw new ApiFault(422, 'firewall_managed_by_label_selector', message)
        }
      }
      firewall.appliedTo = firewall.appliedTo.filter((one) => !isAmong(targets, one))
      return { actions: act(cloud, firewall, 'remove_firewall', targets) }
    },
  },
})

/** Starts an action for each thing that a change is about. */
const act = (cloud: CloudContext, firewall: Firewall, command: string, targets: readonly AppliedTo[]) =>
  targets.map((target) => start(cloud, firewall, command, target))

function start({ engine }: CloudContext, firewall: Firewall, command: string, target?: AppliedTo) {
  const server = target?.type === 'server' ? [{ id: target.id, type: servers.name }] : []
  const resources = [firewalls.ref(firewall), ...server]
  return engine.start({ project: firewall.project, command, resources, work: atEnd(() => undefined) }).shown
}

/** Rules as they are kept. */
function toRules(input: v.InferOutput<typeof RulesInput>): Firewall['rules'] {
  return input.map(({ source_ips, destination_ips, ...rule }) => ({
    ...rule,
    sourceIps: source_ips,
    destinationIps: destination_ips,
  }))
}

function isPortRange(text: string): boolean {
  const [, low, high] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const [from, to] = [Number(low), Number(high ?? low)]
  return from >= 1 && from <= to && to <= 65_535
}

/**
 * Whether a connection gets through to a server's public addresses, from anywhere at all: what comes from where cannot be told
 * on the loopback network. Without a firewall everything does.
 * @param ports where the server listens; a rule for one of them will do
 */
export function letsIn(firewalls: readonly Firewall[], server: Server, ports: readonly number[]): boolean {
  const applied = firewalls.filter((firewall) => appliesTo(firewall, server))
  if (applied.length === 0) return true
  return applied.some(({ rules }) =>
    rules.some(
      ({ direction, protocol, port, sourceIps }) =>
        direction === 'in' &&
        protocol === 'tcp' &&
        ports.some((one) => includesPort(port ?? '', one)) &&
        sourceIps.some((source) => (source.includes(':') ? server.enableIpv6 : server.enableIpv4)),
    ),
  )
}

/** `22`, `20-25` or `any` */
function includesPort(text: string, port: number): boolean {
  if (text === 'any') return true
  const [low = Number.NaN, high = low] = text.split('-').map(Number)
  return low <= port && port <= high
}
