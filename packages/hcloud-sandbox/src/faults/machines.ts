/** Answers what machines ask about what goes wrong with them. */

import type { BootFaults, CommandFaults, ConnectionFault, MachineFaults, TalosFaults } from '../machines/faults.ts'
import type { MachineSpec } from '../machines/machine.ts'
import { matchesText } from './glob.ts'
import { createMatcher, type OnFault } from './matcher.ts'
import type { MachineRule } from './rule.ts'

/** When a rule applies, and what it does then. */
type MachineEffect =
  | { readonly at: 'boot'; readonly faults: BootFaults }
  | { readonly at: 'talos'; readonly faults: TalosFaults }
  | { readonly at: 'connection'; readonly fault: ConnectionFault }
  | { readonly at: 'command'; readonly faults: CommandFaults }
  | { readonly at: 'making' }

/** @param rules those that are about machines */
export function createMachineFaults(rules: readonly MachineRule[], onFault?: OnFault): MachineFaults {
  const matcher = createMatcher(rules, onFault)
  const isAbout = (rule: MachineRule, at: MachineEffect['at'], { architecture }: MachineSpec): boolean =>
    toEffect(rule).at === at && (rule.architecture ?? architecture) === architecture
  const nameOf = ({ name, id }: MachineSpec): string => `server ${name}, ${id}`
  return {
    atBoot(machine) {
      const matched = matcher.all((rule) => isAbout(rule, 'boot', machine), `power-on of ${nameOf(machine)}`)
      return merge(matched.map(toEffect).map((effect) => (effect.at === 'boot' ? effect.faults : {})))
    },
    atTalos(machine) {
      const matched = matcher.all((rule) => isAbout(rule, 'talos', machine), `the boot of Talos on ${nameOf(machine)}`)
      return Object.assign({}, ...matched.map(toEffect).map((effect) => (effect.at === 'talos' ? effect.faults : {})))
    },
    atConnection(machine) {
      const rule = matcher.first(
        (candidate) => isAbout(candidate, 'connection', machine),
        `a connection to ${nameOf(machine)}`,
      )
      const effect = rule === undefined ? undefined : toEffect(rule)
      return effect?.at === 'connection' ? effect.fault : undefined
    },
    atCommand(machine, command) {
      // The text of a command may hold secrets, such as those in a URL: it is no part of the log.
      const matched = matcher.all(
        (rule) => isAbout(rule, 'command', machine) && matchesText(patternOf(rule), command),
        `a command on ${nameOf(machine)}`,
      )
      return merge(matched.map(toEffect).map((effect) => (effect.at === 'command' ? effect.faults : {})))
    },
  }
}

function toEffect(rule: MachineRule): MachineEffect {
  switch (rule.subject) {
    case 'ssh':
      return toSshEffect(rule)
    case 'talos':
      return { at: 'talos', faults: toTalosFaults(rule) }
    case 'disk':
      if (rule.effect === 'too-small') return { at: 'making' }
      if (rule.effect === 'no-discard') return { at: 'boot', faults: { ignoreDiscard: true } }
      return { at: 'command', faults: { corruptByte: rule.atByte ?? 0 } }
    case 'power': {
      const faults = { losePowerMs: rule.afterMs ?? 0 }
      return { at: rule.command === undefined ? 'boot' : 'command', faults }
    }
  }
}

function toSshEffect(rule: Extract<MachineRule, { readonly subject: 'ssh' }>): MachineEffect {
  switch (rule.effect) {
    case 'refuse':
      return { at: 'boot', faults: { refuseSshMs: rule.forMs ?? Number.POSITIVE_INFINITY } }
    case 'drop':
      return { at: 'command', faults: { dropMs: rule.afterMs ?? 0 } }
    case 'stall':
      return { at: 'command', faults: { stall: true } }
    default:
      return { at: 'connection', fault: rule.effect }
  }
}

function toTalosFaults(rule: Extract<MachineRule, { readonly subject: 'talos' }>): TalosFaults {
  switch (rule.effect) {
    case 'refuse':
      return { refuseMs: rule.forMs ?? Number.POSITIVE_INFINITY }
    case 'slow':
      return { delayMs: rule.delayMs }
    case 'silent':
      return { isSilent: true }
    case 'other-service':
      return { isOtherService: true }
    case 'other-version':
      return { isOtherVersion: true }
  }
}

const patternOf = (rule: MachineRule): string => ('command' in rule ? (rule.command ?? '*') : '*')

/** All of it at once: SSH is refused the longest time, the rest goes wrong at the earliest, and one byte is enough. */
function merge(faults: readonly (BootFaults & CommandFaults)[]): BootFaults & CommandFaults {
  const merged: { -readonly [Key in keyof (BootFaults & CommandFaults)]: (BootFaults & CommandFaults)[Key] } = {}
  for (const { refuseSshMs, losePowerMs, ignoreDiscard, dropMs, stall, corruptByte } of faults) {
    if (refuseSshMs !== undefined) merged.refuseSshMs = Math.max(refuseSshMs, merged.refuseSshMs ?? 0)
    if (losePowerMs !== undefined) merged.losePowerMs = Math.min(losePowerMs, merged.losePowerMs ?? losePowerMs)
    if (dropMs !== undefined) merged.dropMs = Math.min(dropMs, merged.dropMs ?? dropMs)
    merged.ignoreDiscard ||= ignoreDiscard
    merged.stall ||= stall
    merged.corruptByte ??= corruptByte
  }
  return merged
}
