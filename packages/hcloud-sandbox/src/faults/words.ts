/** The words of a rule, and where they stand. */

/** Something wrong with a rule. */
export interface Mistake {
  /** Where in the line, in UTF-16 code units. */
  readonly offset: number
  readonly message: string
  readonly hint: string
}

/** A word, without the quotes around it or around its value. */
export interface Word {
  readonly text: string
  readonly offset: number
  /** For `name=value`: the name; `text` is the value then. */
  readonly name?: string | undefined
}

export interface Words {
  readonly words: readonly Word[]
  /** Where the last of them ends. */
  readonly end: number
  /** When there is any, the words are only those before it. */
  readonly mistake?: Mistake | undefined
}

const BLANK = /\s*/y
const PLAIN = /[^\s"]*/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/y
const NAMED = /^([a-z][a-z-]*)=/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/

/**
 * Splits one line.
 * @param comments whether a `#` at the beginning of a word hides the rest of the line
 */
export function splitWords(line: string, comments: boolean): Words {
  const words: Word[] = []
  const control = CONTROL.exec(line)
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, '0')
    const hint = 'a rule is one line of text; * in a pattern stands for anything, line breaks too'
    return {
      words,
      end: 0,
      mistake: { offset: control.index, message: `the character U+${code} cannot be in a rule`, hint },
    }
  }
  let last = 0
  let offset = skip(BLANK, line, 0)
  while (offset < line.length && !(comments && line[offset] === '#')) {
    const end = skip(PLAIN, line, offset)
    const plain = line.slice(offset, end)
    const name = NAMED.exec(plain)?.[1]
    if (line[end] !== '"') {
      words.push({ text: name === undefined ? plain : plain.slice(name.length + 1), offset, name })
      last = end
      offset = skip(BLANK, line, end)
      continue
    }
    const closed = skip(QUOTED, line, end)
    const mistake = findQuoteMistake(line, { offset, end, closed, isValue: plain === `${name}=` })
    if (mistake !== undefined) return { words, end: last, mistake }
    words.push({ text: unquote(line.slice(end + 1, closed - 1)), offset, name })
    last = closed
    offset = skip(BLANK, line, closed)
  }
  return { words, end: last }
}

/** A value as it can stand in a rule: in quotes if need be. */
export function quoteWord(text: string): string {
  return /^[^\s"#][^\s"]*$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** The column of an offset, from 1; one visible character is one column. */
export function columnAt(line: string, offset: number): number {
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line.slice(0, offset))].length + 1
}

/** The offset behind what the pattern finds at `offset`; the same offset when it finds nothing. */
function skip(pattern: RegExp, line: string, offset: number): number {
  pattern.lastIndex = offset
  return offset + (pattern.exec(line)?.[0].length ?? 0)
}

function findQuoteMistake(
  line: string,
  { offset, end, closed, isValue }: { offset: number; end: number; closed: number; isValue: boolean },
): Mistake | undefined {
  const rule = 'quotes go around a whole value: command="dd *"; within them write \\" for " and \\\\ for \\'
  if (end > offset && !isValue) return { offset: end, message: 'a quote in the middle of a word', hint: rule }
  if (closed === end) return { offset: end, message: 'a quote that is never closed', hint: rule }
  if (/[^\s]/.test(line[closed] ?? ' ')) return { offset: closed, message: 'text right behind a quote', hint: rule }
  const good = /^(?:[^\\]|\\["\\])*/.exec(line.slice(end, closed))?.[0].length ?? 0
  if (end + good === closed) return undefined
  return { offset: end + good, message: `unknown escape "${line.slice(end + good, end + good + 2)}"`, hint: rule }
}

function unquote(text: string): string {
  return text.replaceAll(/\\(["\\])/g, '$1')
}
