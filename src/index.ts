/** The library: plan and build Talos snapshots from a program of your own. It never prints. */

export {
  type BuildOptions,
  type BuildResult,
  build,
  type ImageResult,
  type RunningBuild,
  startBuild,
} from './build/build.ts'
export type { BuildEvent, BuildStep, EventListener } from './build/events.ts'
export type { Timeouts } from './build/timeouts.ts'
export { type Configuration, loadConfiguration, loadVariables, type VariableSources } from './config/load.ts'
export type { Template } from './config/template/template.ts'
export type { Variables } from './config/variables.ts'
export type { Architecture, Labels, Role } from './domain.ts'
export { type ErrorCode, type Origin, type Problem, ProblemsError, TalosImageError } from './errors.ts'
export { createFactoryClient, type FactoryClient, type FactoryClientOptions } from './factory/client.ts'
export { createHetznerClient, type HetznerClient, type HetznerClientOptions } from './hetzner/client.ts'
export { type PlanOptions, plan } from './plan/make-plan.ts'
export type { Facts, Plan, PlannedImage } from './plan/plan.ts'
export type { PlanRequest } from './plan/request.ts'
export { PLAIN_SERVER, type ServerRequest, type ServerSettings } from './plan/server-settings.ts'
export { parseFaultFile, parseFaultFlag } from './sandbox/faults/parse.ts'
export type { FaultRule } from './sandbox/faults/rule.ts'
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/sandbox.ts'
export { canonicalText, schematicId } from './schematic/canonical.ts'
export { parseSchematic } from './schematic/parse.ts'
