/**
 * Finds the arguments and blocks of an HCL text, and where each stands. The real parser has said before that the text
 * is valid, but tells no positions; so this only has to tell strings, comments, heredocs and brackets apart.
 */

/** `name = expression` */
export interface HclArgument {
  readonly kind: 'argument'
  readonly name: string
  readonly offset: number
  /** The expression as written. */
  readonly expression: string
  readonly expressionOffset: number
}

/** `type "label" { ... }` */
export interface HclBlock {
  readonly kind: 'block'
  readonly type: string
  readonly labels: readonly string[]
  readonly offset: number
  /** Right behind its opening brace. */
  readonly bodyOffset: number
  /** Right behind its closing brace. */
  readonly endOffset: number
  readonly items: readonly HclItem[]
}

export type HclItem = HclArgument | HclBlock

const SPACE = /(?:\s|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const INLINE_SPACE = /(?:[^\S\n]|\/\*[\s\S]*?\*\/)*/y
const COMMENT = /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\//y
const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy
const HEREDOC = /<<-?([\p{ID_Start}_][\p{ID_Continue}-]*)[^\S\n]*\n/uy

/** The arguments and blocks of a valid HCL text, in order. */
export function scanHcl(text: string): HclItem[] {
  return new Scanner(text).items()
}

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Everything up to the end of the body that the scanner stands in. */
  items(): HclItem[] {
    const items: HclItem[] = []
    while (true) {
      this.#take(SPACE)
      const offset = this.#at
      const name = this.#take(IDENTIFIER)
      if (name === undefined) return items
      this.#take(INLINE_SPACE)
      items.push(this.#text[this.#at] === '=' ? this.#argument(name, offset) : this.#block(name, offset))
    }
  }

  #argument(name: string, offset: number): HclArgument {
    this.#at += 1
    this.#take(INLINE_SPACE)
    const expressionOffset = this.#at
    const expression = this.#text.slice(expressionOffset, this.#expressionEnd())
    return { kind: 'argument', name, offset, expression, expressionOffset }
  }

  #block(type: string, offset: number): HclBlock {
    const labels: string[] = []
    while (this.#at < this.#text.length && this.#text[this.#at] !== '{') {
      labels.push(this.#label())
      this.#take(INLINE_SPACE)
    }
    this.#at += 1
    const bodyOffset = this.#at
    const items = this.items()
    this.#at += 1
    return { kind: 'block', type, labels, offset, bodyOffset, endOffset: this.#at, items }
  }

  #label(): string {
    const identifier = this.#take(IDENTIFIER)
    if (identifier !== undefined) return identifier
    const start = this.#at
    this.#skipString()
    return this.#text.slice(start + 1, this.#at - 1)
  }

  /** Moves past an expression; returns where it ends, without the space and comments after it. */
  #expressionEnd(): number {
    let depth = 0
    let end = this.#at
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at)
      if (depth === 0 && (char === '\n' || char === '}')) return end
      if (this.#take(COMMENT) !== undefined) continue
      if (char === '"') this.#skipString()
      else if (!this.#skipHeredoc()) {
        if ('([{'.includes(char)) depth += 1
        else if (')]}'.includes(char)) depth -= 1
        this.#at += 1
      }
      if (/\S/.test(char)) end = this.#at
    }
    return end
  }

  #skipString(): void {
    this.#at += 1
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"') {
      const three = this.#text.slice(this.#at, this.#at + 3)
      if (three === '$${' || three === '%%{') this.#at += 3
      else if (three.startsWith('\\')) this.#at += 2
      else if (three.startsWith('${') || three.startsWith('%{')) this.#skipSequence()
      else this.#at += 1
    }
    this.#at += 1
  }

  /** Moves past `${ ... }` or `%{ ... }`, which may hold strings and braces of their own. */
  #skipSequence(): void {
    let depth = 0
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]
      if (char === '"') {
        this.#skipString()
        continue
      }
      this.#at += 1
      if (char === '{') depth += 1
      if (char === '}') {
        depth -= 1
        if (depth === 0) return
      }
    }
  }

  #skipHeredoc(): boolean {
    HEREDOC.lastIndex = this.#at
    const opening = HEREDOC.exec(this.#text)
    if (opening === null) return false
    this.#at = HEREDOC.lastIndex
    while (this.#at < this.#text.length) {
      const newline = this.#text.indexOf('\n', this.#at)
      const lineEnd = newline === -1 ? this.#text.length : newline
      const closes = this.#text.slice(this.#at, lineEnd).trim() === opening[1]
      this.#at = closes ? lineEnd : lineEnd + 1
      if (closes) break
    }
    return true
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const taken = pattern.exec(this.#text)?.[0]
    if (taken !== undefined) this.#at = pattern.lastIndex
    return taken
  }
}
