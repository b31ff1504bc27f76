/** Which images of a board are shown when there are more than the terminal has lines. */

import type { Row } from './board.ts'

export interface ShownRows {
  /** In the order of the board. */
  readonly rows: readonly Row[]
  /** How many are not shown, and what they are, such as `3 more: 2 done, 1 waiting`; empty when all are shown. */
  readonly more: string
}

/** What is looked at first: what goes on, then what went wrong, then what is to come. */
const RANK: Readonly<Record<Row['state']['kind'], number>> = {
  running: 0,
  failed: 1,
  waiting: 2,
  existing: 3,
  built: 3,
}

/** @param most lines, with the one that tells of those that are not shown */
export function chooseRows(rows: readonly Row[], most: number): ShownRows {
  if (rows.length <= most) return { rows, more: '' }
  const first = rows.toSorted((a, b) => RANK[a.state.kind] - RANK[b.state.kind]).slice(0, Math.max(0, most - 1))
  const shown = new Set(first)
  return { rows: rows.filter((row) => shown.has(row)), more: describe(rows.filter((row) => !shown.has(row))) }
}

function describe(hidden: readonly Row[]): string {
  const count = (rank: number): number => hidden.filter(({ state }) => RANK[state.kind] === rank).length
  const kinds = ['under way', 'failed', 'waiting', 'done'].map((word, rank) => [count(rank), word] as const)
  const parts = kinds.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`)
  return `${hidden.length} more: ${parts.join(', ')}`
}
