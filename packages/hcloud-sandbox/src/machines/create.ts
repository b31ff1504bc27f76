/** Makes the machines of a sandbox. */

import { SandboxError } from '../errors.ts'
import { describeRule, type FaultRule, needsCommands, needsPlayedTalos } from '../faults/rule.ts'
import type { CreateOptions } from './definition.ts'
import { MACHINE_KINDS, type MachineKindName } from './index.ts'
import type { MachineKind } from './machine.ts'

/**
 * Makes machines of a kind.
 * @param machines a kind by its name, or one of the caller's own, which is taken as it is
 * @param rules what the caller wants to go wrong; checked against what the kind can do
 * @throws SandboxError `usage` when they cannot do what a rule wants
 */
export async function createMachines(
  machines: MachineKindName | MachineKind,
  rules: readonly FaultRule[],
  options: CreateOptions,
): Promise<MachineKind> {
  const name = typeof machines === 'string' ? machines : machines.name
  const definition = MACHINE_KINDS.find((kind) => kind.name === name)
  if (definition?.seesCommands !== true) for (const rule of rules) refuseCommandFault(rule, name)
  if (definition?.playsTalos !== true) for (const rule of rules) refuseTalosFault(rule, name)
  const kind = typeof machines === 'string' ? await definition?.create(options) : machines
  if (kind === undefined) {
    const hint = `there are ${MACHINE_KINDS.map((one) => one.name).join(', ')}`
    throw new SandboxError({ code: 'usage', message: `there are no machines of the kind "${name}"`, hint })
  }
  return kind
}

function refuseTalosFault(rule: FaultRule, name: string): void {
  if (!needsPlayedTalos(rule)) return
  const able = MACHINE_KINDS.filter(({ playsTalos }) => playsTalos).map((kind) => kind.name)
  throw new SandboxError({
    code: 'usage',
    message: `"${describeRule(rule)}" needs machines on which the sandbox plays Talos, and ${name} machines boot it`,
    hint: `use --machines ${able.join(' or ')}, or a fault that keeps it away, such as: talos refuse`,
  })
}

function refuseCommandFault(rule: FaultRule, name: string): void {
  if (!needsCommands(rule)) return
  const able = MACHINE_KINDS.filter(({ seesCommands }) => seesCommands).map((kind) => kind.name)
  throw new SandboxError({
    code: 'usage',
    message: `"${describeRule(rule)}" needs machines whose commands the sandbox sees, and ${name} machines are none`,
    hint: `use --machines ${able.join(' or ')}, or a fault that is about the whole machine, such as: power fails after=10s`,
  })
}
