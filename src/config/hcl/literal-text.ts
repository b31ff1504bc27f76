/** The plain text between the interpolations of a string or a heredoc: escapes, strip markers, indentation. */

/** How the text of a literal is written. */
export interface LiteralStyle {
  readonly kind: 'quoted' | 'heredoc'
  /** How many leading spaces each line of a `<<-` heredoc loses. */
  readonly indent: number
}

/** The style of a template, which is written as `source` says. */
export function styleOf(source: string): LiteralStyle {
  const [opening] = /^<<-?[^\n]*\n/.exec(source) ?? []
  if (opening === undefined) return { kind: 'quoted', indent: 0 }
  if (!opening.startsWith('<<-')) return { kind: 'heredoc', indent: 0 }
  const lines = source.slice(opening.length).split('\n').slice(0, -1)
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  return { kind: 'heredoc', indent: indents.length === 0 ? 0 : Math.min(...indents) }
}

/**
 * What the literal at these offsets of a source stands for.
 * @param source the whole expression; what stands around the literal may strip its spaces
 */
export function literalText(source: string, start: number, end: number, style: LiteralStyle): string {
  const raw = source.slice(start, end)
  const strips = source.slice(start - 2, start) === '~}'
  // Where the end of a line is stripped, the next line no longer begins one, and keeps its indentation.
  const left = dropIndent(strips ? stripLeft(raw, style) : raw, source[start - 1] === '\n', style.indent)
  const stripped = /^[$%]\{~/.test(source.slice(end, end + 3)) ? stripRight(left, style) : left
  return stripped.replace(style.kind === 'quoted' ? QUOTED_ESCAPE : SEQUENCE_ESCAPE, decodeEscape)
}

/** Lines that hold nothing stay as they are. */
function dropIndent(text: string, beginsLine: boolean, indent: number): string {
  if (indent === 0) return text
  const spaces = new RegExp(`^[^\\S\\n]{1,${indent}}(?=[^\\n])`)
  return text
    .split('\n')
    .map((line, index, lines) => {
      const isBlank = line.trim() === '' && index < lines.length - 1
      return (index > 0 || beginsLine) && !isBlank ? line.replace(spaces, '') : line
    })
    .join('\n')
}

/** A marker reaches as far as the line of a heredoc does: each of its lines is a piece of text of its own. */
function stripLeft(text: string, { kind }: LiteralStyle): string {
  return kind === 'quoted' ? text.trimStart() : text.replace(/^[^\S\n]*\n?/, '')
}

function stripRight(text: string, { kind }: LiteralStyle): string {
  if (kind === 'quoted') return text.trimEnd()
  // An expression would look for the end from each space of many.
  let end = text.length
  while (end > 0 && /[^\S\n]/.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

const SEQUENCE_ESCAPE = /\$\$\{|%%\{/g
const QUOTED_ESCAPE = /\$\$\{|%%\{|\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)/g
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** What is no character becomes the one that stands for such, as in Go. */
const toCharacter = (code: number): string =>
  code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code)

function decodeEscape(sequence: string): string {
  if (!sequence.startsWith('\\')) return sequence.slice(1)
  const code = sequence.slice(1)
  if (code.length > 1) return toCharacter(Number.parseInt(code.slice(1), 16))
  return ESCAPES[code] ?? code
}
