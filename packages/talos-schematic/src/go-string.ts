/** In which of YAML's four styles Go's yaml.v4 writes a text, and its double-quoted form. */

import { resolveScalar } from './go-scalar.ts'

export type Style = 'plain' | 'single' | 'double' | 'literal'

/**
 * Releases of Go's YAML library that write some texts differently: yaml.v3 (Image Factory up to 0.8), v4.0.0-rc.4 (1.1 to 1.4),
 * v4.0.0-rc.6 (1.5), v4.0.0. Compared on 430 texts in November 2026; leading blank lines, which yaml.v3 loses, are not followed.
 */
export type YamlRelease = 'v3' | 'rc4' | 'rc6' | 'v4'

/** All of them. */
export const YAML_RELEASES: readonly YamlRelease[] = ['v3', 'rc4', 'rc6', 'v4']

/** Next line, line separator and paragraph separator are line breaks too. */
const BREAK = String.raw`[\n\r\u0085\u2028\u2029]`
const HAS_BREAK = new RegExp(BREAK)
const BREAK_THEN_SPACE = new RegExp(`${BREAK} `)
const SPACE_THEN_BREAK = new RegExp(` ${BREAK}`)
const BREAK_AT_EDGE = new RegExp(`^${BREAK}|${BREAK}$`)

/** Words that YAML 1.1 took for booleans; Go quotes them for the sake of older readers. */
const OLD_BOOLEAN = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/
/** Sexagesimal numbers of YAML 1.1, such as 12:30. */
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/

/** What is neither a tab nor printable: controls, the byte-order mark, and all beyond the basic plane. */
const UNPRINTABLE = /[^\t\n\x20-\x7E\xA0-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]/u
/** What would be syntax in a plain scalar: an indicator at its start, `: `, ` #`, or a document marker. */
const SYNTAX = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?: |$))| #|:(?: |$)/
/** Anything but Unicode white space. */
const VISIBLE = /[^\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/u

/** Whether the text holds a line break of any kind. */
export function isMultiline(text: string): boolean {
  return HAS_BREAK.test(text)
}

/** Whether the character is a line break of any kind. */
export function isBreak(char: string): boolean {
  return HAS_BREAK.test(char)
}

/**
 * The style of a text.
 * @param simpleKey it is a map's key, written on one line
 */
export function chooseStyle(text: string, simpleKey: boolean, release: YamlRelease): Style {
  const wanted = preferredStyle(text, release)
  const spaceAtEnd = SPACE_THEN_BREAK.test(text) || text.endsWith(' ')
  const escaped = UNPRINTABLE.test(text) || SPACE_THEN_BREAK.test(text)
  if (wanted === 'literal')
    return UNPRINTABLE.test(text) || simpleKey || (spaceAtEnd && release !== 'v4') ? 'double' : 'literal'
  if (wanted === 'double') return 'double'
  if (escaped || text.includes('\t') || BREAK_THEN_SPACE.test(text)) return 'double'
  if (wanted === 'single') return 'single'
  const edge = text.startsWith(' ') || text.endsWith(' ') || BREAK_AT_EDGE.test(text)
  return edge || isMultiline(text) || SYNTAX.test(text) ? 'single' : 'plain'
}

/** What the meaning of the text asks for, before its characters have their say. */
function preferredStyle(text: string, release: YamlRelease): Style {
  if (text.includes('\n')) return VISIBLE.test(text) || release === 'v3' ? 'literal' : 'double'
  if (text === '<<' && release === 'v3') return 'plain'
  if (OLD_BOOLEAN.test(text) || BASE_60.test(text) || text === '<<') return release === 'rc6' ? 'single' : 'double'
  return resolveScalar(text).kind === 'text' ? 'plain' : 'double'
}

const SHORT_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, '0'],
  [0x07, 'a'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x1b, 'e'],
  [0x22, '"'],
  [0x5c, '\\'],
  [0x85, 'N'],
  [0xa0, '_'],
  [0x2028, 'L'],
  [0x2029, 'P'],
])

/** The text in double quotes, with escapes. */
export function doubleQuoted(text: string): string {
  // A defect of Go's library that the IDs depend on: after a leading byte-order mark it escapes every character.
  const all = text.startsWith('\uFEFF')
  let quoted = ''
  for (const char of text) {
    const bare = !all && char !== '"' && char !== '\\' && char !== '\t' && !isBreak(char) && !UNPRINTABLE.test(char)
    quoted += bare ? char : escapeOf(char.codePointAt(0) ?? 0)
  }
  return `"${quoted}"`
}

function escapeOf(code: number): string {
  const short = SHORT_ESCAPES.get(code)
  if (short !== undefined) return `\\${short}`
  const [letter, width] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8]
  return `\\${letter}${code.toString(16).toUpperCase().padStart(width, '0')}`
}
