/** A build in a log: a line for what happens, with its time and its image, and now and then one for what goes on. */

import { BUILD_STEPS, type BuildEvent } from '../../run/events.ts'
import type { Io } from '../io.ts'
import { type Board, createBoard, type Row, updateBoard } from './board.ts'
import { type EventLine, eventLine } from './event-line.ts'
import { createPaint } from './paint.ts'
import type { ProgressView } from './progress.ts'
import { measureTransfer } from './transfer.ts'
import { formatBytes, formatClock, formatDuration, formatSpeed } from './units.ts'

/** How often a line says what goes on: rarely enough for a log, often enough to show that the build goes on. */
const STILL_MS = 30_000

/** Lines with a time stamp in UTC, each naming its image. */
export function createPlainView(io: Io, now: () => Date = () => new Date()): ProgressView {
  const paint = createPaint(io.errStyle.colors)
  const write: WriteLine = ({ image, text, style }, board) => {
    const time = paint('faint', now().toISOString().slice(11, 19))
    const width = Math.max(0, ...board.rows.map((row) => row.image.length + 2))
    const name = image === undefined ? '' : `${`[${image}]`.padEnd(width)} `
    io.err(`${time} ${name}${paint(style, text)}\n`)
  }
  const toLine = (event: BuildEvent): EventLine | undefined => {
    if (event.type !== 'run-started') return eventLine(event)
    const date = now().toISOString().replace('T', ' ').slice(0, 19)
    return { image: undefined, text: `run ${event.run}, begun ${date} UTC` }
  }
  return createLineView(write, toLine, now)
}

type WriteLine = (line: EventLine, board: Board) => void

/**
 * A line for each event that has one, one for each disk that is written, and now and then one for what goes on.
 * @param toLine the line of an event, if it has one
 */
export function createLineView(
  write: WriteLine,
  toLine: (event: BuildEvent) => EventLine | undefined,
  now: () => Date,
): ProgressView {
  let board = createBoard()
  const timer = setInterval(() => {
    for (const line of stillLines(board, now().getTime())) write(line, board)
  }, STILL_MS)
  return {
    onEvent(event) {
      const before = board
      board = updateBoard(board, event, now().getTime())
      const line =
        event.type === 'step-finished' && event.step === 'write'
          ? writtenLine(before, event.image, event.ms)
          : toLine(event)
      if (line !== undefined) write(line, board)
    },
    close: () => clearInterval(timer),
  }
}

/** What goes on right now, a line an image; nothing of steps that have only begun. */
function stillLines(board: Board, nowMs: number): readonly EventLine[] {
  return board.rows.flatMap((row) => {
    const { state } = row
    if (state.kind !== 'running' || nowMs - state.sinceMs < STILL_MS / 3) return []
    const transfer = describeTransfer(row, nowMs)
    const text = `${BUILD_STEPS[state.step].doing} for ${formatDuration(nowMs - state.sinceMs)}`
    return [{ image: row.image, text: transfer === undefined ? text : `${text}: ${transfer}` }]
  })
}

/** `62%, 58 MB of 93 MB, 14 MB/s, 0:03 left` */
function describeTransfer({ state }: Row, nowMs: number): string | undefined {
  if (state.kind !== 'running') return undefined
  const transfer = measureTransfer(state.samples, state.totalBytes, nowMs)
  if (transfer === undefined) return undefined
  const { bytes, totalBytes, percent, speed, leftMs } = transfer
  return [
    ...(percent === undefined ? [] : [`${percent}%`]),
    totalBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`,
    ...(speed === undefined ? [] : [formatSpeed(speed)]),
    ...(leftMs === undefined ? [] : [`${formatClock(leftMs)} left`]),
  ].join(', ')
}

function writtenLine(board: Board, image: string, ms: number): EventLine {
  const state = board.rows.find((row) => row.image === image)?.state
  const last = state?.kind === 'running' ? state.samples.at(-1) : undefined
  const total = state?.kind === 'running' ? state.totalBytes : undefined
  const bytes = total ?? last?.bytes
  const speed = bytes === undefined || ms <= 0 ? '' : `: ${formatBytes(bytes)}, ${formatSpeed((bytes / ms) * 1000)}`
  return { image, text: `disk written in ${formatDuration(ms)}${speed}` }
}
