/** A build on a terminal: a line an image that changes in place, and above them what is worth keeping. */

import { stripVTControlCharacters } from 'node:util'
import type { Io } from '../io.ts'
import { safeOutput } from '../safe-output.ts'
import { createBoard, updateBoard } from './board.ts'
import { boardLines, FRAME_MS } from './board-lines.ts'
import { eventLine } from './event-line.ts'
import { foldHanging } from './fold.ts'
import { ASCII_GLYPHS, UNICODE_GLYPHS } from './glyphs.ts'
import { createPaint } from './paint.ts'
import type { ProgressView } from './progress.ts'
import type { Rates } from './running-cost.ts'

/**
 * Draws at a bounded rate, and only what has changed since; log-update sees to that.
 * @param height lines of the terminal
 */
export async function createTerminalView(
  io: Io,
  stream: NodeJS.WritableStream,
  rates: Rates | undefined,
  height = (): number => Number.POSITIVE_INFINITY,
): Promise<ProgressView> {
  const { createLogUpdate } = await import('log-update')
  const draw = createLogUpdate(stream)
  const paint = createPaint(io.errStyle.colors)
  const glyphs = io.errStyle.ascii ? ASCII_GLYPHS : UNICODE_GLYPHS
  const safe = (text: string): string => safeOutput(text, { colors: io.errStyle.colors, isRunner: false })
  let board = createBoard(rates)
  let shown: { readonly lines: readonly string[]; readonly columns: number } = { lines: [], columns: io.columns() }

  const forget = (): void => {
    shown = { lines: [], columns: io.columns() }
  }
  const wipeIfBroken = (columns: number): void => {
    if (columns >= shown.columns) return
    draw.clear()
    stream.write(eraseWrapped(shown.lines, columns))
    forget()
  }
  const frame = (): void => {
    const columns = io.columns()
    wipeIfBroken(columns)
    const lines = boardLines(board, Date.now(), { columns, lines: height(), ascii: io.errStyle.ascii, paint })
    draw(lines.map(safe).join('\n'))
    shown = { lines, columns }
  }
  const timer = setInterval(frame, FRAME_MS)
  // What is said when the command is stopped stands below the last frame: the next frame must not be drawn over it.
  const leaveFrame = (): void => {
    frame()
    draw.done()
    forget()
  }
  io.signal.addEventListener('abort', leaveFrame, { once: true })
  // What the shell prints meanwhile stands below, and it has its cursor; the next frame comes below that.
  io.onPause(leaveFrame)
  return {
    onEvent(event) {
      board = updateBoard(board, event, Date.now())
      if (event.type !== 'note' && event.type !== 'placement-failed') return
      const line = eventLine(event)
      if (line === undefined) return
      wipeIfBroken(io.columns())
      const text = `${glyphs.note} ${line.image === undefined ? '' : `${line.image}: `}${line.text}`
      draw.persist(safe(paint('warning', foldHanging(text, io.columns(), '  '))))
      forget()
      frame()
    },
    close() {
      clearInterval(timer)
      io.signal.removeEventListener('abort', leaveFrame)
      io.onPause(() => undefined)
      leaveFrame()
    },
  }
}

/**
 * A terminal that has become narrower has broken the lines that were wider than it is now, so that more rows have to go
 * than were drawn. The cursor stands at the topmost row that was cleared.
 */
function eraseWrapped(lines: readonly string[], columns: number): string {
  const rows = lines.map((line) => Math.ceil(stripVTControlCharacters(line).length / Math.max(1, columns)))
  const more = rows.reduce((sum, count) => sum + Math.max(0, count - 1), 0)
  return '\u001b[1A\u001b[2K'.repeat(more)
}
