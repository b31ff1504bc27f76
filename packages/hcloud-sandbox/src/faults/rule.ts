/** A rule: what goes wrong, where, and how often. The shapes here decide which options belong to which effect. */

import * as v from 'valibot'
import { ARCHITECTURES } from '../domain.ts'
import { OPTIONS } from './options.ts'
import { quoteWord } from './words.ts'

const Text = v.string()
const Amount = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const LIMITS = {
  /** So many matching events stay as they are first; those that another rule applies to count, too. */
  skip: v.optional(Amount),
  /** How often it applies; always when left out. */
  times: v.optional(Amount),
  /** Percent: how likely it applies to an event at which it could. */
  chance: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(100))),
  /** The same seed leads to the same sequence; drawn anew when left out. */
  seed: v.optional(Amount),
}
const REQUEST = { method: Text, path: Text, ...LIMITS }
/** The service does the work first. */
const LATE = { afterEffect: v.optional(v.literal(true)) }
const REFUSAL = {
  status: v.pipe(Amount, v.minValue(400), v.maxValue(599)),
  message: v.optional(Text),
  body: v.optional(v.picklist(['none', 'html'])),
}
const ACTION = { subject: v.literal('action'), action: Text, ...LIMITS }
const MACHINE = { architecture: v.optional(v.picklist(ARCHITECTURES)), ...LIMITS }
const SSH = { subject: v.literal('ssh'), ...MACHINE }
const DISK = { subject: v.literal('disk'), ...MACHINE }
const TALOS = { subject: v.literal('talos'), ...MACHINE }
const RESCUE = { subject: v.literal('rescue'), ...MACHINE }
/** A pattern for the text of commands; any command when left out. */
const COMMAND = { command: v.optional(Text) }

/** What can happen to any answer of a web server. */
const toAnswerShapes = <const Name extends string>(subject: Name) => {
  const request = { subject: v.literal(subject), ...REQUEST }
  return [
    v.strictObject({ ...request, effect: v.literal('reset'), ...LATE }),
    v.strictObject({ ...request, effect: v.literal('hang'), ...LATE }),
    v.strictObject({ ...request, effect: v.literal('slow'), delayMs: Amount, ...LATE }),
    v.strictObject({ ...request, effect: v.literal('truncate'), atByte: Amount }),
    v.strictObject({ ...request, effect: v.literal('alter'), atByte: Amount }),
    v.strictObject({ ...request, effect: v.literal('stall'), atByte: Amount }),
  ] as const
}

/** All rules there are. An option whose entry is no `optional` is needed. Times are milliseconds, sizes bytes. */
export const SHAPES = [
  v.strictObject({
    subject: v.literal('api'),
    ...REQUEST,
    effect: v.literal('status'),
    ...REFUSAL,
    code: v.optional(Text),
    resetInMs: v.optional(Amount),
    ...LATE,
  }),
  ...toAnswerShapes('api'),
  v.strictObject({ subject: v.literal('api'), ...REQUEST, effect: v.literal('odd-entry') }),
  v.strictObject({
    subject: v.literal('factory'),
    ...REQUEST,
    effect: v.literal('status'),
    ...REFUSAL,
    agent: v.optional(Text),
    ...LATE,
  }),
  ...toAnswerShapes('factory'),
  v.strictObject({ subject: v.literal('factory'), ...REQUEST, effect: v.literal('yaml=v3') }),
  v.strictObject({ subject: v.literal('factory'), ...REQUEST, effect: v.literal('yaml=rc4') }),
  v.strictObject({ subject: v.literal('factory'), ...REQUEST, effect: v.literal('yaml=v4') }),
  v.strictObject({ subject: v.literal('factory disk'), ...MACHINE, effect: v.literal('unbootable') }),
  v.strictObject({ ...ACTION, effect: v.literal('fail'), code: v.optional(Text), message: v.optional(Text) }),
  v.strictObject({ ...ACTION, effect: v.literal('never-ends') }),
  v.strictObject({ ...SSH, effect: v.literal('refuse'), forMs: v.optional(Amount) }),
  v.strictObject({ ...SSH, effect: v.literal('reset') }),
  v.strictObject({ ...SSH, effect: v.literal('silent') }),
  v.strictObject({ ...SSH, effect: v.literal('deny') }),
  v.strictObject({ ...SSH, effect: v.literal('new-host-key') }),
  v.strictObject({ ...SSH, effect: v.literal('drop'), ...COMMAND, afterMs: v.optional(Amount) }),
  v.strictObject({ ...SSH, effect: v.literal('stall'), ...COMMAND }),
  v.strictObject({ ...DISK, effect: v.literal('too-small'), sizeBytes: Amount }),
  v.strictObject({ ...DISK, effect: v.literal('corrupt'), ...COMMAND, atByte: v.optional(Amount) }),
  v.strictObject({ ...DISK, effect: v.literal('no-discard') }),
  v.strictObject({
    subject: v.literal('power'),
    ...MACHINE,
    effect: v.literal('fails'),
    ...COMMAND,
    afterMs: v.optional(Amount),
  }),
  v.strictObject({ ...TALOS, effect: v.literal('refuse'), forMs: v.optional(Amount) }),
  v.strictObject({ ...TALOS, effect: v.literal('silent') }),
  v.strictObject({ ...TALOS, effect: v.literal('slow'), delayMs: Amount }),
  v.strictObject({ ...TALOS, effect: v.literal('other-service') }),
  v.strictObject({ ...TALOS, effect: v.literal('other-version') }),
  v.strictObject({ ...RESCUE, effect: v.literal('ignored') }),
  v.strictObject({ ...RESCUE, effect: v.literal('slow'), delayMs: Amount }),
  v.strictObject({ ...RESCUE, effect: v.literal('without-password') }),
  v.strictObject({ ...RESCUE, effect: v.literal('imposter') }),
  v.strictObject({ subject: v.literal('rescue-address'), ...MACHINE, effect: v.literal('other') }),
  v.strictObject({ subject: v.literal('primary-ip'), ...LIMITS, effect: v.literal('stays') }),
  v.strictObject({ subject: v.literal('ssh-port'), ...MACHINE, effect: v.literal('222') }),
] as const

export type Shape = (typeof SHAPES)[number]
/** What a rule is about; its first word. */
export type Subject = Shape['entries']['subject']['literal']
export const FaultRule = v.union(SHAPES)
/** One rule, as the parser makes it. */
export type FaultRule = v.InferOutput<typeof FaultRule>
/** A rule about the answers of a web server. */
export type RequestRule = Extract<FaultRule, { readonly subject: 'api' | 'factory' }>
/** The text of a schematic is written as this release of Go's YAML library does. */
export const YAML_EFFECTS = { 'yaml=v3': 'v3', 'yaml=rc4': 'rc4', 'yaml=v4': 'v4' } as const

/** A rule about machines. */
export type MachineRule = Extract<FaultRule, { readonly subject: 'ssh' | 'disk' | 'power' | 'talos' }>

/** A rule about boots into the rescue system. */
export type RescueRule = Extract<FaultRule, { readonly subject: 'rescue' | 'rescue-address' | 'ssh-port' }>

/** The rule's canonical text, which reads as the same rule again. */
export function describeRule(rule: FaultRule): string {
  const values = new Map<string, string | number | true | undefined>(Object.entries(rule))
  const options = OPTIONS.flatMap(({ name, key, value: kind }) => {
    const value = values.get(key)
    if (value === undefined) return []
    return value === true || kind === undefined ? [name] : [`${name}=${quoteWord(kind.format(value))}`]
  })
  return [rule.subject, ...describeTarget(rule), ...options].join(' ')
}

/** Whether only machines that see the commands in them, and speak SSH themselves, can have the fault. */
export function needsCommands(rule: FaultRule): boolean {
  switch (rule.subject) {
    case 'ssh':
      return rule.effect !== 'refuse' && rule.effect !== 'reset' && rule.effect !== 'silent'
    case 'disk':
      return rule.effect === 'corrupt'
    case 'power':
      return rule.command !== undefined
    default:
      return false
  }
}

/** Whether only machines on which the sandbox plays Talos can have the fault. */
export const needsPlayedTalos = (rule: FaultRule): boolean =>
  rule.subject === 'talos' && (rule.effect === 'other-service' || rule.effect === 'other-version')

function describeTarget(rule: FaultRule): string[] {
  switch (rule.subject) {
    case 'api':
    case 'factory':
      return [rule.method, quoteWord(rule.path), rule.effect === 'status' ? String(rule.status) : rule.effect]
    case 'action':
      return [rule.action, rule.effect]
    default:
      return [rule.effect]
  }
}
