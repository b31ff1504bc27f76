/** A shell's patterns for names (`*`, `?`, `[...]`), and its regular expressions. */

import type { RE2JS } from 're2js'
import { compileRegularExpression, matchAll } from '../regular-expression.ts'
import { checkLength, NotKnown } from './values.ts'

/** No pattern for names is longer. */
const MOST_CHARACTERS = 1000

/** The source of the regular expression that a pattern amounts to; it matches the shortest text when `isLazy`. */
function toSource(pattern: string, isLazy: boolean): string {
  if (pattern.length > MOST_CHARACTERS) throw new NotKnown('a pattern that is too long')
  const any = isLazy ? '[\\s\\S]*?' : '[\\s\\S]*'
  return pattern.replace(/\[(!?)([^\]]+)\]|\\?[\s\S]/g, (part, not: string | undefined, inside: string | undefined) => {
    if (inside !== undefined) return `[${not === '!' ? '^' : ''}${inside.replace(/[\\^]/g, '\\$&')}]`
    if (part === '*') return any
    if (part === '?') return '[\\s\\S]'
    return part.slice(-1).replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
  })
}

/** By RE2's algorithm: the patterns are those of a template, which may be a stranger's. */
function compile(source: string): RE2JS {
  // Classes such as [[:digit:]] mean something else here.
  if (source.includes('[:') || source.includes('[[')) throw new NotKnown('a pattern with a class of characters')
  const compiled = compileRegularExpression(source)
  if (compiled === undefined) throw new NotKnown('a pattern that cannot be read')
  return compiled
}

/** `[[ text =~ expression ]]`: both languages mean the same by what such tests use. */
export function matchesExpression(text: string, expression: string): boolean {
  return compile(expression).test(text)
}

export function matchesGlob(text: string, pattern: string): boolean {
  return globMatcher(pattern)(text)
}

/** The same for many texts. */
export function globMatcher(pattern: string): (text: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (text) => text === pattern
  const compiled = compile(`^(?:${toSource(pattern, false)})$`)
  return (text) => compiled.test(text)
}

/** `${text#pattern}` and its kin. */
export function removeMatch(text: string, operator: string, pattern: string): string {
  const source = toSource(pattern, operator.length === 1)
  if (operator.startsWith('#')) return replaceAll(text, compile(`^(?:${source})`), '', false)
  // What is left is as long as it can be where the shortest end goes, and as short where the longest does.
  const kept = operator === '%' ? '[\\s\\S]*' : '[\\s\\S]*?'
  const [match] = matchAll(compile(`^(${kept})(?:${toSource(pattern, false)})$`), text)
  return match?.texts[1] ?? text
}

/** `${text/pattern/replacement}` and its kin. */
export function replaceMatch(text: string, operator: string, pattern: string, replacement: string): string {
  const source = toSource(pattern, false)
  const anchored = operator === '/#' ? `^(?:${source})` : operator === '/%' ? `(?:${source})$` : source
  return replaceAll(text, compile(anchored), replacement, operator === '//')
}

/** @throws NotKnown for a text that is too long */
function replaceAll(text: string, compiled: RE2JS, replacement: string, isGlobal: boolean): string {
  const pieces: string[] = []
  let at = 0
  let length = text.length
  for (const { index, texts } of matchAll(compiled, text)) {
    length += replacement.length
    checkLength(length)
    pieces.push(text.slice(at, index), replacement)
    at = index + texts[0].length
    if (!isGlobal) break
  }
  return pieces.join('') + text.slice(at)
}

/**
 * `s/pattern/replacement/` of sed, for patterns of letters and dots.
 * @throws NotKnown for several lines without `g`
 */
export function substitute(text: string, pattern: string, replacement: string, isGlobal: boolean): string {
  // Without `g` the first one of each line is replaced.
  if (!isGlobal && text.trimEnd().includes('\n')) throw new NotKnown('sed without "g" on several lines')
  return replaceAll(text, compile(`(?m)${pattern.replace(/\./g, '[^\\n]')}`), replacement, isGlobal)
}
