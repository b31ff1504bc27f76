/** Patterns such as `*.amd64`. */

const PART = /\\(.)|\*\*|\*|\?|\[(!)?([^\]]+)\]|\{([^{}]*)\}|./gsu

/**
 * The pattern as a regular expression: `*`, `**`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, and `\` before what stands for itself.
 * @param separator what `*` and `?` do not match, such as `/`; nothing by default
 */
export function toGlob(pattern: string, separator = ''): RegExp {
  return new RegExp(toGlobSource(pattern, separator), 's')
}

/** Its source, in which a dot stands for a line break, too. */
export function toGlobSource(pattern: string, separator: string): string {
  return `^${toSource(pattern, separator)}$`
}

function toSource(pattern: string, separator: string): string {
  const one = separator === '' ? '.' : `[^${separator}]`
  return pattern.replace(PART, (part, escaped?: string, not?: string, set?: string, choices?: string) => {
    if (escaped !== undefined) return literal(escaped)
    if (part === '**') return '.*'
    if (part === '*') return `${one}*`
    if (part === '?') return one
    if (set !== undefined && isSet(set)) return `[${not === undefined ? '' : '^'}${set.replace(/[\\^]/g, '\\$&')}]`
    if (choices !== undefined)
      return `(?:${choices
        .split(',')
        .map((choice) => toSource(choice, separator))
        .join('|')})`
    return literal(part)
  })
}

/** A range such as `z-a` is none. */
function isSet(set: string): boolean {
  return [...set.matchAll(/(.)-(.)/gsu)].every(([, first = '', last = '']) => first <= last)
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
