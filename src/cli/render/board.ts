/** What a terminal shows of a running build, as pure data and lines. */

import type { BuildEvent } from '../../build/events.ts'
import { describeStep } from './event-line.ts'
import { formatBytes, formatDuration } from './units.ts'

interface Row {
  readonly image: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly text: string
  readonly sinceMs: number
  readonly bytes?: { readonly done: number; readonly total: number | undefined } | undefined
}

export interface Board {
  readonly rows: readonly Row[]
  readonly notes: readonly string[]
}

export function createBoard(): Board {
  return { rows: [], notes: [] }
}

/** The board after an event. */
export function updateBoard(board: Board, event: BuildEvent, nowMs: number): Board {
  const set = (image: string, change: Partial<Row>): Board => ({
    ...board,
    rows: board.rows.map((row) => (row.image === image ? { ...row, ...change } : row)),
  })
  const note = (text: string): Board => ({ ...board, notes: [...board.notes, text] })
  switch (event.type) {
    case 'run-started':
      return {
        ...board,
        rows: event.images.map((image) => ({ image, state: 'waiting', text: 'waiting', sinceMs: nowMs })),
      }
    case 'image-existing':
      return set(event.image, { state: 'done', text: `exists already: snapshot ${event.snapshot}` })
    case 'step-started':
      return set(event.image, { state: 'running', text: describeStep(event.step), bytes: undefined })
    case 'progress':
      return set(event.image, { bytes: { done: event.bytes, total: event.totalBytes } })
    case 'image-built':
      return set(event.image, {
        state: 'done',
        text: `snapshot ${event.snapshot} in ${formatDuration(event.ms)}`,
        bytes: undefined,
      })
    case 'image-failed':
      return set(event.image, { state: 'failed', text: `failed after ${formatDuration(event.ms)}`, bytes: undefined })
    case 'placement-failed':
      return note(
        `${event.image}: ${event.placement.serverType} in ${event.placement.location} is not in stock${event.last ? '' : ', trying the next'}`,
      )
    case 'note':
      return note(event.image === undefined ? event.text : `${event.image}: ${event.text}`)
    case 'removed':
    case 'removing':
    case 'step-finished':
      return board
    case 'leftover':
      return note(`could not remove ${event.leftover.name}; remove it: ${event.leftover.command}`)
  }
}

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100
const MARKS = { waiting: '·', done: '✔', failed: '✘' } as const

/** The lines of a board, none wider than the terminal. */
export function boardLines(board: Board, nowMs: number, columns: number): string[] {
  const width = Math.max(0, ...board.rows.map(({ image }) => image.length))
  const rows = board.rows.map((row) => {
    const mark =
      row.state === 'running' ? FRAMES.charAt(Math.floor(nowMs / FRAME_MS) % FRAMES.length) : MARKS[row.state]
    const elapsed = row.state === 'running' ? ` ${formatDuration(nowMs - row.sinceMs)}` : ''
    return `${mark} ${row.image.padEnd(width)}  ${row.text}${formatTransfer(row)}${elapsed}`
  })
  return [...board.notes.map((text) => `! ${text.replaceAll(/\s*[\r\n]\s*/g, ' ')}`), ...rows].map((line) =>
    line.length > columns ? `${line.slice(0, Math.max(1, columns - 1))}…` : line,
  )
}

function formatTransfer({ bytes }: Row): string {
  if (bytes === undefined) return ''
  if (bytes.total === undefined || bytes.total === 0) return ` ${formatBytes(bytes.done)}`
  return ` ${Math.min(100, Math.floor((bytes.done / bytes.total) * 100))}% of ${formatBytes(bytes.total)}`
}
