/** Which old snapshots can go: a pure decision. */

import { type Problem, throwProblems } from '../errors.ts'
import type { Snapshot } from '../hetzner/snapshot.ts'
import { LEASE_LABEL, RUN_LABEL } from './labels.ts'
import { describeSeries, newestFirst, type Series, seriesKey, seriesOf } from './series.ts'
import { isWanted, type SnapshotFilter } from './snapshot-filter.ts'
import { describeUsers, type ServerReference, type SnapshotUsers } from './users.ts'

/** What is too old, of the snapshots that the filter means: no others are looked at. */
export interface PruneRequest extends SnapshotFilter {
  /** How many of the newest stay, of each series: at least 1, which is the default; Infinity keeps all. */
  readonly keep: number | undefined
  /** What is younger stays, in milliseconds, at least 0. */
  readonly olderThanMs: number | undefined
  readonly nowMs: number
}

/** What is to become of one snapshot. */
export interface PruneDecision {
  readonly snapshot: Snapshot
  /** The series that it is counted in. */
  readonly series: Series
  /** The servers of the project that were made from it. */
  readonly servers: readonly ServerReference[]
  readonly goes: boolean
  /** Why it goes or stays, in words. */
  readonly reason: string
}

/**
 * Decides about each snapshot, newest first. Those that this tool did not make and publish are left out.
 * @throws ProblemsError `usage` for numbers that say nothing, such as NaN
 */
export function decidePrune(
  snapshots: readonly Snapshot[],
  users: SnapshotUsers,
  { keep, olderThanMs, nowMs, ...filter }: PruneRequest,
): PruneDecision[] {
  throwProblems(findNumberProblems(keep, olderThanMs))
  const ranks = new Map<string, number>()
  const sorted = snapshots
    .filter(({ labels }) => labels[RUN_LABEL] !== undefined && labels[LEASE_LABEL] === undefined)
    .filter((snapshot) => isWanted(snapshot, filter))
    .toSorted(newestFirst)
  return sorted.map((snapshot) => {
    const key = seriesKey(snapshot)
    const series = seriesOf(snapshot)
    const kind = describeSeries(series)
    const rank = (ranks.get(key) ?? 0) + 1
    ranks.set(key, rank)
    const ageMs = nowMs - Date.parse(snapshot.created)
    const servers = users.get(snapshot.id) ?? []
    const stays = (reason: string): PruneDecision => ({ snapshot, series, servers, goes: false, reason })
    // The newest always stays: without it, selectors would find nothing.
    if (rank <= (keep ?? 1)) {
      return stays(rank === 1 ? `the newest ${kind}` : `one of the ${keep} newest ${kind}`)
    }
    // A date that cannot be read is no reason to delete.
    if (olderThanMs !== undefined && !(ageMs > olderThanMs)) return stays('not old enough')
    if (snapshot.protection.delete) return stays('protected')
    if (servers.length > 0) return stays(describeUsers(servers))
    const days = Math.floor(ageMs / 86_400_000)
    return {
      snapshot,
      series,
      servers,
      goes: true,
      reason: `number ${rank} of ${kind}, ${days} ${days === 1 ? 'day' : 'days'} old`,
    }
  })
}

/** NaN would compare as false with everything, and keep nothing. */
function findNumberProblems(keep = 1, olderThanMs = 0): Problem[] {
  const problems: Problem[] = []
  if (keep !== Number.POSITIVE_INFINITY && !(Number.isInteger(keep) && keep >= 1)) {
    const hint = 'give a whole number of at least 1'
    problems.push({ code: 'usage', message: `keep: ${keep} is not a number of snapshots to keep`, hint })
  }
  if (!(olderThanMs >= 0)) {
    const hint = 'give milliseconds, at least 0'
    problems.push({ code: 'usage', message: `olderThanMs: ${olderThanMs} is not an age`, hint })
  }
  return problems
}
