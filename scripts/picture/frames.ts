/** What a terminal showed, from time to time: a terminal emulator reads what was written to it. */

import { type IBufferCell, type IBufferLine, Terminal } from '@xterm/headless'

/** Something that was written to a terminal. */
export interface Shown {
  readonly atMs: number
  readonly text: string
}

/** Letters of one look, without spaces around them. */
export interface Piece {
  /** Column and row count from 0. */
  readonly column: number
  readonly row: number
  readonly text: string
  readonly look: Look
}

/** Color is one of the first eight of a terminal; undefined is that of ordinary text. */
export interface Look {
  readonly color: number | undefined
  readonly bold: boolean
  readonly dim: boolean
}

export type Frame = readonly Piece[]

export interface FrameOptions {
  readonly columns: number
  readonly rows: number
  readonly everyMs: number
}

/** A frame for each stretch of time in which something changed; the last one is how it ended. */
export async function toFrames(shown: readonly Shown[], { columns, rows, everyMs }: FrameOptions): Promise<Frame[]> {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: false })
  const frames: Frame[] = []
  const write = (text: string): Promise<void> => new Promise((resolve) => terminal.write(text, resolve))
  // The first one has something in it.
  let next = everyMs
  for (const { atMs, text } of shown) {
    if (atMs >= next) {
      frames.push(readFrame(terminal))
      next = (Math.floor(atMs / everyMs) + 1) * everyMs
    }
    await write(text)
  }
  frames.push(readFrame(terminal))
  terminal.dispose()
  return frames.filter((frame, index) => JSON.stringify(frame) !== JSON.stringify(frames[index - 1]))
}

function readFrame({ buffer: { active }, rows }: Terminal): Frame {
  return Array.from({ length: rows }, (_, row) => {
    const line = active.getLine(active.baseY + row)
    return line === undefined ? [] : readLine(line, row)
  }).flat()
}

function readLine(line: IBufferLine, row: number): Piece[] {
  const runs: { column: number; text: string; look: Look }[] = []
  for (let column = 0; column < line.length; column++) {
    const cell = line.getCell(column)
    if (cell === undefined) continue
    const text = cell.getChars() || ' '
    const look = lookOf(cell)
    const last = runs.at(-1)
    if (last !== undefined && isSame(last.look, look)) last.text += text
    else runs.push({ column, text, look })
  }
  // What lies far apart is placed for itself, so that no font can shift it.
  return runs.flatMap(({ column, text, look }) =>
    [...text.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ column: column + match.index, row, text: match[0], look })),
  )
}

function lookOf(cell: IBufferCell): Look {
  const color = cell.isFgPalette() ? cell.getFgColor() : undefined
  return { color, bold: cell.isBold() !== 0, dim: cell.isDim() !== 0 }
}

const isSame = (a: Look, b: Look): boolean => a.color === b.color && a.bold === b.bold && a.dim === b.dim
