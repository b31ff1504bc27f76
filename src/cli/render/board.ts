/** What is known of a running build, as pure data. How it looks is the business of board-lines.ts and of the logs. */

import type { BuildEvent, BuildStep } from '../../run/events.ts'
import { oneLine } from './event-line.ts'
import { costOf, hourlyPrice, type Rates, type Rental } from './running-cost.ts'
import { addSample, type Sample } from './transfer.ts'

export interface Row {
  readonly image: string
  readonly state: RowState
  /** When the image's work began. */
  readonly beganMs: number
  readonly rentals: readonly Rental[]
}

export type RowState =
  | { readonly kind: 'waiting' }
  | {
      readonly kind: 'running'
      readonly step: BuildStep
      readonly sinceMs: number
      readonly samples: readonly Sample[]
      readonly totalBytes: number | undefined
    }
  | { readonly kind: 'existing'; readonly snapshot: number }
  | { readonly kind: 'built'; readonly snapshot: number; readonly ms: number }
  /** `code` says why, in a word. */
  | { readonly kind: 'failed'; readonly code: string; readonly ms: number }

export interface Board {
  readonly rows: readonly Row[]
  readonly beganMs: number
  readonly rates: Rates | undefined
}

/** @param rates what servers cost; without them, nothing is said about cost */
export function createBoard(rates?: Rates): Board {
  return { rows: [], beganMs: 0, rates }
}

/** The board after an event. */
export function updateBoard(board: Board, event: BuildEvent, nowMs: number): Board {
  if (event.type === 'run-started') {
    const rows = event.images.map((image): Row => {
      return { image: oneLine(image), state: { kind: 'waiting' }, beganMs: nowMs, rentals: [] }
    })
    // Several runs, one for each project, share a board.
    return { ...board, rows: [...board.rows, ...rows], beganMs: board.rows.length === 0 ? nowMs : board.beganMs }
  }
  if (!('image' in event) || event.image === undefined) return board
  const name = oneLine(event.image)
  return { ...board, rows: board.rows.map((row) => (row.image === name ? updateRow(row, event, board, nowMs) : row)) }
}

function updateRow(row: Row, event: BuildEvent, { rates }: Board, nowMs: number): Row {
  const { state } = row
  const set = (next: RowState): Row => ({ ...row, state: next })
  switch (event.type) {
    case 'step-started':
      return {
        ...row,
        state: { kind: 'running', step: event.step, sinceMs: nowMs, samples: [], totalBytes: undefined },
        beganMs: state.kind === 'waiting' ? nowMs : row.beganMs,
      }
    case 'progress':
      if (state.kind !== 'running') return row
      return set({
        ...state,
        samples: addSample(state.samples, { atMs: nowMs, bytes: event.bytes }),
        totalBytes: event.totalBytes,
      })
    case 'server-created': {
      const { location, pricePerHour } = event.placement
      const price = hourlyPrice({ pricePerHour, ipv4: event.ipv4, location }, rates)
      return { ...row, rentals: [...row.rentals, { pricePerHour: price, fromMs: nowMs, untilMs: undefined }] }
    }
    case 'step-finished':
      if (event.step !== 'clean-up') return row
      return { ...row, rentals: row.rentals.map((one) => ({ ...one, untilMs: one.untilMs ?? nowMs })) }
    case 'image-existing':
      return set({ kind: 'existing', snapshot: event.snapshot })
    case 'image-built':
      return set({ kind: 'built', snapshot: event.snapshot, ms: event.ms })
    case 'image-failed':
      return set({ kind: 'failed', code: event.problem.code, ms: event.ms })
    default:
      return row
  }
}

/** What the servers of these rows cost up to now; undefined when that is unknown, or there were none. */
export function costOfRows(rows: readonly Row[], nowMs: number): number | undefined {
  return costOf(
    rows.flatMap(({ rentals }) => rentals),
    nowMs,
  )
}

export const isDone = ({ state }: Row): boolean => state.kind !== 'waiting' && state.kind !== 'running'
