/** What a program does with the snapshots that are there. */

import { type Problem, throwProblems } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { LEASE_LABEL } from '../plan/labels.ts'
import { decidePrune, type PruneDecision } from '../plan/prune.ts'
import { newestFirst } from '../plan/series.ts'
import { isWanted, type SnapshotFilter } from '../plan/snapshot-filter.ts'
import { lookUpUsers } from '../plan/users.ts'
import { type Age, findAges } from '../report/outdated.ts'
import { doEach } from '../util/problem-collector.ts'

/** Which snapshots, and when to stop. */
export interface ListOptions extends SnapshotFilter {
  /** A label selector; `os=talos` by default. */
  readonly selector?: string | undefined
  /** Aborting it ends the look-up; the function then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The project's published Talos snapshots, newest first.
 * @throws TalosImageError `token`, `api` or `network` when the project cannot be asked; `api` for an invalid selector
 */
export async function listSnapshots(hetzner: HetznerClient, options: ListOptions = {}): Promise<readonly Snapshot[]> {
  const { selector = 'os=talos', signal, ...filter } = options
  const found = await hetzner.images.listSnapshots({ labelSelector: selector }, { signal })
  return found
    .filter((snapshot) => snapshot.labels[LEASE_LABEL] === undefined && isWanted(snapshot, filter))
    .toSorted(newestFirst)
}

/** Whom to ask, about which snapshots. */
export interface OutdatedOptions extends SnapshotFilter {
  readonly hetzner: HetznerClient
  readonly factory: FactoryClient
  /** Aborting it ends the look-up; the function then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * For each series that the project has snapshots of: the newest one, and what is newer than its Talos.
 * @throws TalosImageError `token`, `api`, `factory` or `network` when the project or the Factory cannot be asked
 */
export async function findOutdated({ hetzner, factory, ...options }: OutdatedOptions): Promise<readonly Age[]> {
  const [snapshots, versions] = await Promise.all([listSnapshots(hetzner, options), factory.versions(options.signal)])
  return findAges(snapshots, versions)
}

/** What is too old, of the snapshots that the filter means; all by default. */
export interface PruneOptions extends SnapshotFilter {
  /**
   * How many of the newest stay, of each series: at least 1, which is the default; Infinity keeps all. A series is what has the same architecture
   * and the same public labels, apart from the one that names the version.
   */
  readonly keep?: number | undefined
  /** What is younger stays, in milliseconds, at least 0; nothing stays for its age by default. */
  readonly olderThanMs?: number | undefined
  /** Only say what would go. False by default. */
  readonly dryRun?: boolean | undefined
  /** Aborting it keeps what is not deleted yet; the function then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Deletes old snapshots: never the newest of its series, a protected one, one that a server was made from,
 * or one that another tool made.
 * @returns what became of each snapshot that this tool made, newest first, and why
 * @throws ProblemsError with every deletion that was refused, after all the others were done; `usage` for numbers that
 * cannot be, before anything is deleted
 * @throws TalosImageError `token`, `api` or `network` when the project cannot be asked
 */
export async function pruneSnapshots(
  hetzner: HetznerClient,
  options: PruneOptions = {},
): Promise<readonly PruneDecision[]> {
  const decisions = await lookUpPrune(hetzner, options)
  if (options.dryRun === true) return decisions
  const { problems } = await deleteGoing(hetzner, decisions, options.signal)
  options.signal?.throwIfAborted()
  throwProblems(problems)
  return decisions
}

/** What is to become of each snapshot of the project. @throws as {@link pruneSnapshots}, which deletes them */
export async function lookUpPrune(
  hetzner: HetznerClient,
  { keep, olderThanMs, dryRun: _, signal, ...filter }: PruneOptions,
): Promise<readonly PruneDecision[]> {
  const [snapshots, users] = await Promise.all([listSnapshots(hetzner, { signal }), lookUpUsers(hetzner, signal)])
  return decidePrune(snapshots, users, { ...filter, keep, olderThanMs, nowMs: Date.now() })
}

/** Deletes what goes. @returns what was deleted, and why others were not */
export async function deleteGoing(
  hetzner: HetznerClient,
  decisions: readonly PruneDecision[],
  signal: AbortSignal | undefined,
): Promise<{ readonly done: readonly Snapshot[]; readonly problems: readonly Problem[] }> {
  const going = decisions.flatMap(({ snapshot, goes }) => (goes ? [snapshot] : []))
  // One that was protected in the meantime must not keep the others.
  return doEach(going, ({ id }) => hetzner.images.delete(id, { signal }), { goOn: true })
}
