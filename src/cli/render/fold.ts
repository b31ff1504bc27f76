/** Breaking text where a terminal would break it in the middle of a word. */

/**
 * Lines no wider than asked, broken at spaces. What stands in backticks or double quotes stays together if it can, and a
 * word that is too long stays whole, since both may be there to be copied.
 * @param width infinite when that is not known, which breaks nothing
 */
export function foldWords(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    if (line.length <= width) return [line]
    const pieces = line.match(/ *(?:`[^`]*`|"[^"]*"|\S)+ */g) ?? [line]
    return joinPieces(
      pieces.flatMap((piece) => (piece.trimEnd().length <= width ? [piece] : (piece.match(/ *\S+ */g) ?? [piece]))),
      width,
    )
  })
}

/** The same as one text. */
export function foldLines(text: string, width: number): string {
  return foldWords(text, width).join('\n')
}

/** A text as a paragraph: where a line is broken, what goes on has an indent. */
export function foldHanging(text: string, width: number, indent: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const [first = ''] = foldWords(line, width)
      if (first.length === line.length) return [first]
      const rest = foldWords(line.slice(first.length).trimStart(), Math.max(1, width - indent.length))
      return [first, ...rest.map((one) => indent + one)]
    })
    .join('\n')
}

/** As many pieces a line as fit; a space at the end of a line takes no room. */
function joinPieces(pieces: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const piece of pieces) {
    const line = lines.at(-1)
    if (line !== undefined && (line + piece).trimEnd().length <= width) lines[lines.length - 1] = line + piece
    else lines.push(piece)
  }
  return lines.map((line) => line.trimEnd())
}
