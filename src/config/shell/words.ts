/** Reads the words and operators of a shell text, as far as the commands of a template need it. */

/** A word, without its quotes, or an operator such as `|`, `&&`, `;`, `>` or a line end (which is `;`). */
export interface Token {
  readonly kind: 'word' | 'operator'
  readonly text: string
  /** Where it begins in the text. */
  readonly offset: number
}

/** Something that only a shell can tell. */
export class ShellFailure extends Error {
  override readonly name = 'ShellFailure'
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

const SPACE = /(?:[^\S\n]|\\\n)+/y
const COMMENT = /#[^\n]*/y
const OPERATOR = /&&|\|\||\|&|;;|[0-9]*(?:>>|>&|<<<|<<|<&|>\||<>|>|<)|&>>?|[|;&()\n]/y
const NAME = /\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)/y

/**
 * The tokens of a text, one after the other. The variables are looked up as each word is read.
 * @param variables what `$NAME` and `${NAME}` stand for
 * @throws ShellFailure for what would have to be run or looked up to know what it is
 */
export function* readTokens(text: string, variables: ReadonlyMap<string, string>): Generator<Token> {
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(text) ?? undefined
    if (match !== undefined) at = pattern.lastIndex
    return match
  }
  while (at < text.length) {
    if (take(SPACE) !== undefined || take(COMMENT) !== undefined) continue
    const offset = at
    const operator = take(OPERATOR)?.[0]
    if (operator === undefined) yield word(offset)
    else yield { kind: 'operator', text: operator === '\n' ? ';' : operator, offset }
  }

  function word(offset: number): Token {
    let value = ''
    while (at < text.length && !/[\s|&;()<>]/.test(text.charAt(at))) {
      const char = text.charAt(at)
      if (char === "'") value += single()
      else if (char === '"') value += double()
      else value += char === '\\' ? escaped() : plain()
    }
    return { kind: 'word', text: value, offset }
  }

  function plain(): string {
    const char = text.charAt(at)
    if (char === '`') throw new ShellFailure('a command in backticks', at)
    if (char === '$') return expansion()
    at += 1
    return char
  }

  function escaped(): string {
    const char = text.charAt(at + 1)
    at += 2
    return char === '\n' ? '' : char
  }

  function single(): string {
    const end = text.indexOf("'", at + 1)
    if (end === -1) throw new ShellFailure('a quote that is not closed', at)
    const inside = text.slice(at + 1, end)
    at = end + 1
    return inside
  }

  function double(): string {
    const start = at
    let inside = ''
    at += 1
    while (text[at] !== '"') {
      if (at >= text.length) throw new ShellFailure('a quote that is not closed', start)
      const isEscape = text[at] === '\\'
      if (isEscape && !'$`"\\\n'.includes(text.charAt(at + 1))) {
        inside += '\\'
        at += 1
      } else inside += isEscape ? escaped() : plain()
    }
    at += 1
    return inside
  }

  function expansion(): string {
    const start = at
    at += 1
    const [whole, braced, bare] = take(NAME) ?? []
    // A dollar sign that begins no name.
    if (whole === undefined && /^[\s"/.,:]?$/.test(text.charAt(at))) return '$'
    const value = variables.get(braced ?? bare ?? '')
    if (value === undefined) throw new ShellFailure(`what ${text.slice(start, at + (whole ? 0 : 1))} stands for`, start)
    return value
  }
}
