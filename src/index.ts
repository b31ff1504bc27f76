/**
 * The library: plan and build Talos snapshots from a program of your own. It never prints, reads nothing of the
 * environment that it is not given, and ends whenever its signals say so.
 *
 * What can go wrong for a reason that a user can understand is thrown as a {@link TalosImageError}, or as a
 * {@link ProblemsError} that holds everything that is wrong at once. When a signal is aborted, functions that take one
 * reject with its reason; only {@link build} cleans up and then gives a result.
 * @module talos-image
 */

export type {
  Bootloader,
  Customization,
  FreeEntry,
  FreeScalar,
  FreeValue,
  MetaValue,
  Overlay,
  ParsedSchematic,
  Position,
  Schematic,
  UnknownField,
  YamlRelease,
} from 'talos-schematic'
export { canonicalText, schematicId } from 'talos-schematic'
export type { Compression } from './compressions.ts'
export type { Inputs } from './config/inputs.ts'
export { loadVariables, type VariableSources } from './config/load.ts'
export type { Selection } from './config/template/selection.ts'
export type { Sourced, Variables } from './config/variables.ts'
export type { Architecture, Labels, Role, SshOver } from './domain.ts'
export { type ErrorCode, formatOrigin, type Origin, type Problem, ProblemsError, TalosImageError } from './errors.ts'
export type { FactoryAccess, FactoryLogin } from './factory/access.ts'
export type { FactoryAsset } from './factory/asset.ts'
export {
  type AssetAnswer,
  createFactoryClient,
  type ExtensionRecord,
  type FactoryClient,
  type FactoryClientOptions,
} from './factory/client.ts'
export { createHetznerClient, type HetznerClient, type HetznerClientOptions } from './hetzner/client.ts'
export type { Snapshot } from './hetzner/snapshot.ts'
export { type BootTestOptions, planBootTest } from './library/boot-test.ts'
export { type CleanUpOptions, type CleanUpResult, cleanUp } from './library/clean-up.ts'
export { type DeleteOptions, deleteSnapshots } from './library/delete-snapshots.ts'
export { type PlanOptions, plan } from './library/plan.ts'
export { type PlanRequestOptions, readPlanRequest } from './library/read-plan-request.ts'
export { type Sandbox, type SandboxOptions, startSandbox } from './library/sandbox.ts'
export {
  findOutdated,
  type ListOptions,
  listSnapshots,
  type OutdatedOptions,
  type PruneOptions,
  pruneSnapshots,
} from './library/snapshots.ts'
export { lookUpPlacements } from './plan/look-up-placements.ts'
export type { Placement } from './plan/placement.ts'
export type { BootTest, Cost, Plan, PlannedImage } from './plan/plan.ts'
export type { PruneDecision } from './plan/prune.ts'
export type { LocalImage, PlanRequest, SchematicFile } from './plan/request.ts'
export { parseSchematic } from './plan/schematic-file.ts'
export type { Series } from './plan/series.ts'
export { PLAIN_SERVER, type ServerRequest, type ServerSettings } from './plan/server-settings.ts'
export type { Shard } from './plan/shard.ts'
export type { SnapshotFilter } from './plan/snapshot-filter.ts'
export type { ServerReference } from './plan/users.ts'
export type { Age } from './report/outdated.ts'
export {
  type BootFactRecord,
  type BootTestRecord,
  type FailedImage,
  type KeptRecord,
  type ResultDocument,
  type ResultSnapshot,
  type SourceRecord,
  toResultDocument,
} from './report/result.ts'
export type { SnapshotRecord } from './report/snapshot.ts'
export type { BootFact, BootFactName, BootProof, BootVerdict, NoBootProof } from './run/boot-proof.ts'
export { type BuildOptions, build, startBuild } from './run/build.ts'
export type { BuildEvent, BuildStep, EventListener } from './run/events.ts'
export type { FailedServer, KeptServer, OnError } from './run/failed-server.ts'
export type {
  BuildResult,
  BuiltResult,
  ExistingResult,
  FailedResult,
  ImageResult,
  RunningBuild,
} from './run/result.ts'
export type { WrittenDisk } from './run/steps/write-disk.ts'
export type { StockPatience, Timeouts } from './run/timeouts.ts'
export type { Source, SourceFacts } from './source/source.ts'
export type { Deletion, Leftover } from './util/cleanup-scope.ts'
export { findProxies, type Proxies, type ProxyServer } from './util/proxies.ts'
