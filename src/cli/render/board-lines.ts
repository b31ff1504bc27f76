/** How a running build looks on a terminal: a line an image and one below them, none wider than the terminal. */

import { type Board, costOfRows, isDone, type Row, type RowState } from './board.ts'
import { chooseRows } from './board-rows.ts'
import { ASCII_GLYPHS, type Glyphs, UNICODE_GLYPHS } from './glyphs.ts'
import type { Paint } from './paint.ts'
import { chooseDensity, GAP, runningSpans } from './running-line.ts'
import { cutTo, firstThatFits, type Span } from './spans.ts'
import { formatClock, formatDuration, formatPrice } from './units.ts'

export interface BoardLook {
  readonly columns: number
  /** Lines of the terminal; what does not fit is told in one line. */
  readonly lines?: number
  readonly ascii: boolean
  readonly paint: Paint
}

export function boardLines(board: Board, nowMs: number, { columns, lines, ascii, paint }: BoardLook): string[] {
  const glyphs = ascii ? ASCII_GLYPHS : UNICODE_GLYPHS
  const nameWidth = Math.max(0, ...board.rows.map(({ image }) => image.length))
  const room = columns - 2 - nameWidth
  const density = chooseDensity(room)
  // Below the images stand their sum and the cursor.
  const shown = chooseRows(board.rows, (lines ?? Number.POSITIVE_INFINITY) - 2)
  const rows = shown.rows.map((row): Span[] => {
    const [mark, style] = markOf(row.state, nowMs, glyphs)
    const name: Span[] = [
      [mark, style],
      [` ${row.image.padEnd(nameWidth)}`, 'strong'],
      [' '.repeat(GAP), undefined],
    ]
    const rest =
      row.state.kind === 'running'
        ? runningSpans(row.state, nowMs, density, glyphs)
        : firstThatFits(room - GAP, outcomes(row, board, nowMs))
    return [...name, ...rest]
  })
  const total = firstThatFits(columns, totals(board, nowMs))
  const more: Span[][] = shown.more === '' ? [] : [[[`  ${glyphs.ellipsis} ${shown.more}`, 'faint']]]
  return [...rows, ...more, ...(total.length === 0 ? [] : [total])].map((spans) =>
    cutTo(spans, columns, glyphs.ellipsis)
      .map(([text, style]) => paint(style, text))
      .join(''),
  )
}

function markOf(state: RowState, nowMs: number, glyphs: Glyphs): Span {
  switch (state.kind) {
    case 'running':
      return [glyphs.frames.charAt(Math.floor(nowMs / FRAME_MS) % glyphs.frames.length), 'accent']
    case 'waiting':
      return [glyphs.waiting, 'faint']
    case 'failed':
      return state.code === 'interrupted' ? [glyphs.failed, 'warning'] : [glyphs.failed, 'bad']
    default:
      return [glyphs.done, 'good']
  }
}

/** How long a picture of the wheel stays, which is how often a board changes. */
export const FRAME_MS = 125

/** How an image that is not under way is described, from the longest to the shortest. */
function outcomes(row: Row, { rates }: Board, nowMs: number): readonly (readonly Span[])[] {
  const { state } = row
  switch (state.kind) {
    case 'built': {
      const cost = costOfRows([row], nowMs)
      const price = rates === undefined || cost === undefined ? [] : [formatPrice(cost, rates.currency)]
      const snapshot = `snapshot ${state.snapshot}`
      const done = `${snapshot} in ${formatDuration(state.ms)}`
      return [[done, ...price].join(', '), done, snapshot, String(state.snapshot)].map(plain)
    }
    case 'existing':
      return [`exists already: snapshot ${state.snapshot}`, `snapshot ${state.snapshot}`].map(plain)
    case 'failed': {
      if (state.code === 'interrupted') return [plain(`stopped after ${formatDuration(state.ms)}`), plain('stopped')]
      const failed = `failed after ${formatDuration(state.ms)}`
      return [`${failed} (${state.code})`, failed, 'failed'].map(plain)
    }
    default:
      return [[['waiting', 'faint']]]
  }
}

/** The line below the images: how many are done, how long it takes, and what it costs. */
function totals({ rows, beganMs, rates }: Board, nowMs: number): readonly (readonly Span[])[] {
  // Who has nothing to build has nothing to wait for.
  if (rows.length === 0 || rows.every(({ state, rentals }) => state.kind === 'existing' && rentals.length === 0))
    return [[]]
  const failed = rows.filter(({ state }) => state.kind === 'failed').length
  const count = `${rows.filter(isDone).length - failed} of ${rows.length} done`
  const counts = failed === 0 ? count : `${count}, ${failed} not`
  const cost = costOfRows(rows, nowMs)
  const price = rates === undefined || cost === undefined ? '' : formatPrice(cost, rates.currency)
  const clock = formatClock(nowMs - beganMs)
  const line = (...parts: readonly string[]): Span[] => [[`  ${parts.filter(Boolean).join('  ')}`, 'faint']]
  const spent = price === '' ? '' : `${price}${rows.every(isDone) ? '' : ' so far'}`
  return [line(counts, clock, spent), line(counts, clock, price), line(counts, clock), line(count)]
}

const plain = (text: string): readonly Span[] => [[text, undefined]]
