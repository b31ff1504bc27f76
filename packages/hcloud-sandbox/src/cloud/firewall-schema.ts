/** What a client may say about firewalls. */

import * as v from 'valibot'
import type { StoredFirewall } from './entities.ts'
import { isCidr } from './ip-range.ts'
import { parseLabelSelector } from './label-selector.ts'
import { LabelsInput } from './labels.ts'

const MOST_RULES = 50
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
  v.check((text) => text === 'any' || isPortRange(text), 'is no port or port range'),
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

export const RulesInput = v.pipe(v.array(Rule), v.maxLength(MOST_RULES, 'too many rules'))

const Target = v.variant('type', [
  v.object({ type: v.literal('server'), server: v.object({ id: v.number('Not a valid integer.') }) }),
  v.object({
    type: v.literal('label_selector'),
    label_selector: v.object({
      selector: v.pipe(
        v.string('Not a valid string.'),
        v.check((text) => text !== '' && parseLabelSelector(text) !== undefined, 'invalid label selector'),
      ),
    }),
  }),
])

export const TargetsInput = v.array(Target)

export const FirewallCreateInput = v.object({
  name: FirewallName,
  labels: v.optional(LabelsInput, {}),
  rules: v.optional(RulesInput, []),
  apply_to: v.optional(TargetsInput, []),
})

export const FirewallUpdateInput = v.object({ name: v.optional(FirewallName), labels: v.optional(LabelsInput) })

/** Rules as they are kept. */
export function toRules(input: v.InferOutput<typeof RulesInput>): StoredFirewall['rules'] {
  return input.map(({ source_ips, destination_ips, ...rule }) => ({
    ...rule,
    sourceIps: source_ips,
    destinationIps: destination_ips,
  }))
}

/** What a firewall applies to, as it is kept. */
export function toTargets(input: v.InferOutput<typeof TargetsInput>): StoredFirewall['appliedTo'] {
  return input.map((target) =>
    target.type === 'server'
      ? { type: 'server', id: target.server.id }
      : { type: 'label_selector', selector: target.label_selector.selector },
  )
}

function isPortRange(text: string): boolean {
  const [, low, high] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const [from, to] = [Number(low), Number(high ?? low)]
  return from >= 1 && from <= to && to <= 65_535
}
