/**
 * An emulated Hetzner Cloud on this computer: its API, machines that run commands, a Talos Image Factory, and faults by
 * rule, so that a program that uses the real cloud can be tested without an account.
 * @module hcloud-sandbox
 */

export type {
  AnsweredExchange,
  FailAction,
  Intercept,
  InterceptedRequest,
  LatencyProfile,
  TokenGrant,
} from './cloud/options.ts'
export type { Coverage } from './cloud/resource.ts'
export { COVERAGE } from './cloud/resources/index.ts'
export { LOCATIONS } from './cloud/resources/locations.ts'
export { SERVER_TYPES } from './cloud/resources/server-types.ts'
export {
  type CommandEnvironment,
  type CommandNames,
  HCLOUD_SANDBOX,
  readSandboxEnvironment,
} from './command/environment.ts'
export type { SandboxFlags } from './command/flags.ts'
export { readSandboxFlags } from './command/read-flags.ts'
export { type CommandHost, runSandboxCommand } from './command/run.ts'
export { allocatedBytes, PLACEHOLDER_MARKER } from './disks.ts'
export { SandboxError, type SandboxProblem } from './errors.ts'
export type { FactoryIntercept } from './factory/factory.ts'
export { parseFaultFile, parseFaultFlag } from './faults/parse.ts'
export type { FaultRule } from './faults/rule.ts'
export type { MachineKindDefinition } from './machines/definition.ts'
export { MACHINE_KINDS, type MachineKindName } from './machines/index.ts'
export type { BootTarget, Machine, MachineKind, MachineSpec } from './machines/machine.ts'
export { createNamespaceMachines } from './machines/namespace/machines.ts'
export { describeSetups, makeSetups } from './machines/qemu/setup.ts'
export { findSpaceProblems, findToolProblems, type SpaceOptions } from './needs.ts'
export { type SharedSandboxOptions, startSharedSandbox } from './owner/shared.ts'
export { type AnsweredRequest, type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts'
export { resetConnection } from './state/loopback.ts'
export { makeToken } from './token.ts'
