/** A shell's patterns for names (`*`, `?`, `[...]`), and its regular expressions. */

import { NotKnown } from './values.ts'

/** The source of the regular expression that a pattern amounts to; it matches the shortest text when `isLazy`. */
function toSource(pattern: string, isLazy: boolean): string {
  const any = isLazy ? '[\\s\\S]*?' : '[\\s\\S]*'
  return pattern.replace(/\[(!?)([^\]]+)\]|\\?[\s\S]/g, (part, not: string | undefined, inside: string | undefined) => {
    if (inside !== undefined) return `[${not === '!' ? '^' : ''}${inside.replace(/[\\^]/g, '\\$&')}]`
    if (part === '*') return any
    if (part === '?') return '[\\s\\S]'
    return part.slice(-1).replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
  })
}

function compile(source: string, flags = ''): RegExp {
  // Classes such as [[:digit:]] mean something else in JavaScript.
  if (source.includes('[:') || source.includes('[[')) throw new NotKnown('a pattern with a class of characters')
  try {
    return new RegExp(source, flags)
  } catch {
    throw new NotKnown('a pattern that cannot be read')
  }
}

/** `[[ text =~ expression ]]`: both languages mean the same by what such tests use. */
export function matchesExpression(text: string, expression: string): boolean {
  return compile(expression).test(text)
}

export function matchesGlob(text: string, pattern: string): boolean {
  return compile(`^(?:${toSource(pattern, false)})$`).test(text)
}

/** `${text#pattern}` and its kin. */
export function removeMatch(text: string, operator: string, pattern: string): string {
  const source = toSource(pattern, operator.length === 1)
  if (operator.startsWith('#')) return text.replace(compile(`^(?:${source})`), '')
  // The last place where the pattern matches to the end is the shortest end.
  for (let index = 0; index <= text.length; index += 1) {
    const at = operator === '%' ? text.length - index : index
    if (matchesGlob(text.slice(at), pattern)) return text.slice(0, at)
  }
  return text
}

/** `${text/pattern/replacement}` and its kin. */
export function replaceMatch(text: string, operator: string, pattern: string, replacement: string): string {
  const source = toSource(pattern, false)
  const anchored = operator === '/#' ? `^(?:${source})` : operator === '/%' ? `(?:${source})$` : source
  return text.replace(compile(anchored, operator === '//' ? 'g' : ''), () => replacement)
}
