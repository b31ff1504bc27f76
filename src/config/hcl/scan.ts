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
  /** How many expressions are in each other there, at most: brackets, operators and texts; rather too many than too few. */
  readonly levels: number
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

const SPACE = /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const INLINE_SPACE = /(?:[^\S\n]+|\/\*[\s\S]*?\*\/)*/y
const COMMENT = /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\//y
const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy
const HEREDOC = /<<-?([\p{ID_Start}_][\p{ID_Continue}-]*)[^\S\n]*\n/uy

/** The arguments and blocks of a valid HCL text, in order. */
export function scanHcl(text: string): HclItem[] {
  let at = 0
  let level = 0
  let deepest = 0
  const enter = (): void => {
    level += 1
    deepest = Math.max(deepest, level)
  }
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
    level = 0
    deepest = 0
    enter()
    const expression = text.slice(at, skipCode(/[\n}]/))
    return { kind: 'argument', name, offset, expression, expressionOffset, levels: deepest }
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
    const before = level
    const brackets: { readonly opening: string; readonly level: number }[] = []
    let end = at
    while (at < text.length) {
      const char = text.charAt(at)
      const bracket = brackets.at(-1)
      if (bracket === undefined && until.test(char)) break
      // The next item of a list, or member of an object.
      if (char === ',' || (char === '\n' && bracket?.opening === '{')) level = bracket?.level ?? before
      if (take(COMMENT) !== undefined) continue
      if (char === '"') skipString()
      else if (!skipHeredoc()) {
        if ('([{'.includes(char)) {
          enter()
          brackets.push({ opening: char, level })
        } else if (')]}'.includes(char)) {
          level = (brackets.pop()?.level ?? before + 1) - 1
        } else if ('+-*/%!<>&|?'.includes(char) || text.startsWith('==', at)) enter()
        at += 1
      }
      if (/\S/.test(char)) end = at
    }
    level = before
    return end
  }

  /** Moves past a string; returns where it ends. */
  function skipString(): number {
    at += 1
    skipTemplate(() => text[at] === '"', '\\')
    at += 1
    return at
  }

  /** Moves past a text with what is filled in in it. @param mark before what stands for itself */
  function skipTemplate(isEnd: () => boolean, mark: string | undefined): void {
    const before = level
    enter()
    // The stack ends somewhere; nothing that nests so deeply is read.
    if (level > MOST_LEVELS) at = text.length
    while (at < text.length && !isEnd()) {
      const three = text.slice(at, at + 3)
      if (three === '$${' || three === '%%{') at += 3
      else if (text[at] === mark) at += 2
      else if (three.startsWith('${') || three.startsWith('%{')) {
        at += 2
        const [, directive] = DIRECTIVE.exec(text.slice(at, at + 20)) ?? []
        if (three.startsWith('%') && directive === undefined) enter()
        if (three.startsWith('%') && directive === 'end') level = Math.max(level - 1, before + 1)
        skipCode(/}/)
        at += 1
      } else at += 1
    }
    level = before
  }

  function skipHeredoc(): boolean {
    HEREDOC.lastIndex = at
    const opening = HEREDOC.exec(text)
    if (opening === null) return false
    const begin = HEREDOC.lastIndex
    let end = begin
    for (let closes = false; !closes && end < text.length; ) {
      const newline = text.indexOf('\n', end)
      const lineEnd = newline === -1 ? text.length : newline
      closes = text.slice(end, lineEnd).trim() === opening[1]
      end = closes ? lineEnd : lineEnd + 1
    }
    at = begin
    skipTemplate(() => at >= end, undefined)
    at = end
    return true
  }
}

/** How many expressions may be in each other: the parser's trees have no more space on the stack. */
export const MOST_LEVELS = 400

/** The levels of an expression that stands alone. */
export function levelsOf(expression: string): number {
  const [item] = scanHcl(`x = ${expression}`)
  return item?.kind === 'argument' ? item.levels : 0
}

/** What a directive begins with that begins nothing. */
const DIRECTIVE = /^~?\s*(end|else)/
