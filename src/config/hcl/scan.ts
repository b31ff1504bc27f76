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
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const taken = pattern.exec(text)?.[0]
    if (taken !== undefined) at = pattern.lastIndex
    return taken
  }
  return readItems()

  /** Everything up to the end of the body. */
  function readItems(): HclItem[] {
    const items: HclItem[] = []
    for (;;) {
      take(SPACE)
      const offset = at
      const name = take(IDENTIFIER)
      if (name === undefined) return items
      take(INLINE_SPACE)
      items.push(text[at] === '=' ? readArgument(name, offset) : readBlock(name, offset))
    }
  }

  function readArgument(name: string, offset: number): HclArgument {
    at += 1
    take(INLINE_SPACE)
    const expressionOffset = at
    return { kind: 'argument', name, offset, expression: text.slice(at, skipCode(/[\n}]/)), expressionOffset }
  }

  function readBlock(type: string, offset: number): HclBlock {
    const labels: string[] = []
    while (at < text.length && text[at] !== '{') {
      labels.push(take(IDENTIFIER) ?? text.slice(at + 1, skipString() - 1))
      take(INLINE_SPACE)
    }
    at += 1
    const bodyOffset = at
    const items = readItems()
    at += 1
    return { kind: 'block', type, labels, offset, bodyOffset, endOffset: at, items }
  }

  /** Moves to a character that stands in no brackets; returns where what is before it ends, without space and comments. */
  function skipCode(until: RegExp): number {
    let depth = 0
    let end = at
    while (at < text.length) {
      const char = text.charAt(at)
      if (depth === 0 && until.test(char)) return end
      if (take(COMMENT) !== undefined) continue
      if (char === '"') skipString()
      else if (!skipHeredoc()) {
        if ('([{'.includes(char)) depth += 1
        else if (')]}'.includes(char)) depth -= 1
        at += 1
      }
      if (/\S/.test(char)) end = at
    }
    return end
  }

  /** Moves past a string, with what is filled in in it; returns where it ends. */
  function skipString(): number {
    at += 1
    while (at < text.length && text[at] !== '"') {
      const three = text.slice(at, at + 3)
      if (three === '$${' || three === '%%{') at += 3
      else if (three.startsWith('\\')) at += 2
      else if (three.startsWith('${') || three.startsWith('%{')) {
        at += 2
        skipCode(/}/)
        at += 1
      } else at += 1
    }
    at += 1
    return at
  }

  function skipHeredoc(): boolean {
    HEREDOC.lastIndex = at
    const opening = HEREDOC.exec(text)
    if (opening === null) return false
    at = HEREDOC.lastIndex
    while (at < text.length) {
      const newline = text.indexOf('\n', at)
      const lineEnd = newline === -1 ? text.length : newline
      const closes = text.slice(at, lineEnd).trim() === opening[1]
      at = closes ? lineEnd : lineEnd + 1
      if (closes) break
    }
    return true
  }
}
