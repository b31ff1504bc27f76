/** Showing a build while it runs: a line an event in logs, a line an image on a terminal. */

import type { BuildEvent } from '../../build/events.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import type { Io } from '../io.ts'
import { type Board, boardLines, createBoard, updateBoard } from './board.ts'
import { eventLine } from './event-line.ts'

export interface ProgressView {
  onEvent(event: BuildEvent): void
  /** Leaves the screen as it is to stay. */
  close(): void
}

/** Lines with a time stamp, each naming its image. */
export function createPlainView(io: Io, now: () => Date = () => new Date()): ProgressView {
  return {
    onEvent(event) {
      const line = eventLine(event)
      if (line === undefined) return
      const time = now().toISOString().slice(11, 19)
      const image = line.image === undefined ? '' : `[${line.image}] `
      io.err(`${time} ${image}${printable(redact(line.text))}\n`)
    },
    close: () => undefined,
  }
}

const FRAME_MS = 100

/** One line an image, drawn anew as things change. */
export async function createTerminalView(io: Io, stream: NodeJS.WritableStream): Promise<ProgressView> {
  const { createLogUpdate } = await import('log-update')
  const draw = createLogUpdate(stream)
  let board: Board = createBoard()
  const frame = (): void =>
    draw(
      boardLines(board, Date.now(), io.columns())
        .map((line) => printable(redact(line)))
        .join('\n'),
    )
  const timer = setInterval(frame, FRAME_MS)
  // Whoever stops the command is told so below the last frame, and the next one must not be drawn over it.
  const leaveFrame = (): void => {
    frame()
    draw.done()
  }
  io.signal.addEventListener('abort', leaveFrame, { once: true })
  return {
    onEvent(event) {
      board = updateBoard(board, event, Date.now())
    },
    close() {
      clearInterval(timer)
      io.signal.removeEventListener('abort', leaveFrame)
      leaveFrame()
    },
  }
}
