/** Lines and columns of offsets, counted as HashiCorp's parser does. A text is looked through once, however many places are asked for. */

/** Line and column, both from 1; a column is one visible character, however many code units it takes. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A text whose places are asked for; the object itself is remembered, not the text. */
export interface PlacedText {
  readonly text: string
}

interface Line {
  readonly start: number
  /** How many characters begin before each offset of the line; undefined where that is the offset itself. */
  readonly columns: Uint32Array | undefined
}

const starts = new WeakMap<PlacedText, readonly number[]>()
const lines = new WeakMap<PlacedText, Map<number, Line>>()

/** The place of an offset (in UTF-16 code units) in a text. */
export function positionAt(of: PlacedText, offset: number): Position {
  const index = findLine(
    remember(starts, of, () => lineStarts(of.text)),
    offset,
  )
  const known = remember(lines, of, () => new Map<number, Line>())
  const { start, columns } = known.get(index) ?? readLine(of, index)
  return { line: index + 1, column: (columns?.[offset - start] ?? offset - start) + 1 }

  function readLine({ text }: PlacedText, at: number): Line {
    const from = starts.get(of)?.[at] ?? 0
    const end = text.indexOf('\n', from)
    const line = { start: from, columns: countCharacters(text.slice(from, end === -1 ? undefined : end)) }
    known.set(at, line)
    return line
  }
}

function remember<Known>(all: WeakMap<PlacedText, Known>, of: PlacedText, make: () => Known): Known {
  const known = all.get(of) ?? make()
  all.set(of, known)
  return known
}

function lineStarts(text: string): number[] {
  const found = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) found.push(at + 1)
  return found
}

/** The last of the lines that begin at the offset, or before it. */
function findLine(all: readonly number[], offset: number): number {
  let [low, high] = [0, all.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((all[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Where one character ends and the next begins for certain: between two of ASCII. */
const CERTAIN = /(?<=[\x20-\x7e])(?=[\x20-\x7e])/

/** Longer than any character. */
const MOST_UNITS = 500

/** Piece by piece, since the segmenter copies all of its text for each character in it. */
function countCharacters(line: string): Uint32Array | undefined {
  if (/^\p{ASCII}*$/u.test(line)) return undefined
  const columns = new Uint32Array(line.length + 1)
  let at = 0
  let count = 0
  for (const piece of line.split(CERTAIN)) {
    const isLong = piece.length <= 1 || piece.length > MOST_UNITS
    for (const { length } of isLong ? piece : Array.from(characters.segment(piece), ({ segment }) => segment)) {
      count += 1
      columns.fill(count, at + 1, at + length + 1)
      at += length
    }
  }
  return columns
}
