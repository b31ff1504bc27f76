/** Places in a text, as people and HashiCorp's parser count them. */

/** Line and column, both from 1; a column is one visible character, however many code units it takes. */
export interface Position {
  readonly line: number
  readonly column: number
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The place of an offset (in UTF-16 code units) in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return {
    line: before.split('\n').length,
    column: countCharacters(before.slice(lineStart)) + 1,
  }
}

/** Where one character ends and the next begins whatever else there is: between two of ASCII. */
const CERTAIN = /(?<=[\x20-\x7e])(?=[\x20-\x7e])/

/** Longer than any character. */
const MOST_UNITS = 500

/** Piece by piece, since the segmenter copies all of its text for each character in it. */
function countCharacters(text: string): number {
  let count = 0
  for (const piece of text.split(CERTAIN)) {
    if (piece.length <= 1) count += piece.length
    else count += piece.length > MOST_UNITS ? [...piece].length : [...characters.segment(piece)].length
  }
  return count
}
