/** Patterns such as `*.amd64`. */

const PART = /\\(.)|\*\*|\*|\?|\[(!)?([^\]]+)\]|\{([^{}]*)\}|./gsu

/**
 * The pattern as a regular expression: `*`, `**`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, and `\` before what stands for itself.
 * @param separator what `*` and `?` do not match, such as `/`; nothing by default
 */
export function toGlob(pattern: string, separator = ''): RegExp {
  return new RegExp(`^${toSource(pattern, separator)}$`, 's')
}

function toSource(pattern: string, separator: string): string {
  const one = separator === '' ? '.' : `[^${separator}]`
  return pattern.replace(PART, (part, escaped?: string, not?: string, set?: string, choices?: string) => {
    if (escaped !== undefined) return literal(escaped)
    if (part === '**') return '.*'
    if (part === '*') return `${one}*`
    if (part === '?') return one
    if (set !== undefined) return `[${not === undefined ? '' : '^'}${set.replace(/[\\^]/g, '\\$&')}]`
    if (choices !== undefined)
      return `(?:${choices
        .split(',')
        .map((choice) => toSource(choice, separator))
        .join('|')})`
    return literal(part)
  })
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
