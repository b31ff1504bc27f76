/** What is wrong with a text as YAML, in words for its author. */

import type { LineCounter, YAMLParseError } from 'yaml'
import type { SchematicProblem } from './errors.ts'
import type { Position } from './schema.ts'

/** Makes a problem of a place in the file. */
export type Report = (at: Position, message: string, hint?: string) => void

/** A report that adds schematic problems in `file` to the list; the same one, met again through an alias, once. */
export function createReport(file: string, problems: SchematicProblem[]): Report {
  const known = new Set<string>()
  return (at, message, hint) => {
    const key = `${at.line}:${at.column} ${message}`
    if (known.has(key)) return
    known.add(key)
    problems.push({ code: 'schematic', message, at: { kind: 'file', file, ...at }, hint })
  }
}

/** Line and column of an offset. */
export function toPosition(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

const HINTS: ReadonlyMap<string, string> = new Map([
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['BAD_SCALAR_START', 'put the value in quotes'],
  ['BLOCK_AS_IMPLICIT_KEY', 'put a value that contains ": " in quotes, or start it on a line of its own'],
  ['MISSING_CHAR', 'add the missing character, or put the value in quotes'],
  ['BAD_DQ_ESCAPE', 'write a backslash as two, or use single quotes'],
  ['BAD_INDENT', 'close the bracket, or indent the line further'],
])

/** One problem for a syntax error of the YAML library. */
export function reportSyntax(error: YAMLParseError, lines: LineCounter, report: Report): void {
  const message = error.message.charAt(0).toLowerCase() + error.message.slice(1)
  const hint = HINTS.get(error.code) ?? 'check the indentation, quotes and brackets here'
  report(toPosition(lines, error.pos[0]), `not valid YAML: ${message}`, hint)
}

const FORBIDDEN = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const ODD_BREAK = /\r(?!\n)|[\u0085\u2028\u2029]/u

/**
 * Characters on which the Factory's parser and ours part ways: controls, which it refuses, and rare line breaks,
 * which it takes for line breaks and YAML 1.2 does not. Reports the first of each kind.
 */
export function reportCharacters(text: string, lines: LineCounter, report: Report): void {
  const forbidden = FORBIDDEN.exec(text)
  if (forbidden !== null) {
    const at = toPosition(lines, forbidden.index)
    report(at, `the character ${codeName(forbidden[0])} is not allowed`, 'remove it, or write it as an escape in "..."')
  }
  const odd = ODD_BREAK.exec(text)
  if (odd !== null) {
    const at = toPosition(lines, odd.index)
    const hint = 'end lines with a line feed, or write the character as an escape in "..."'
    report(at, `the character ${codeName(odd[0])} is a line break of its own to the Image Factory`, hint)
  }
}

/** Levels of nesting that no schematic needs, and that every parser survives. */
const MOST_LEVELS = 500

/** Reports and returns true when brackets or dashes nest so deeply that the YAML library would run out of stack. */
export function reportDepth(text: string, report: Report): boolean {
  let open = 0
  let marks = 0
  let line = 1
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\n') {
      line++
      start = at + 1
    }
    if (char === '[' || char === '{') open++
    if (char === ']' || char === '}') open = Math.max(0, open - 1)
    // Each "- " that follows another one on its line is a level of its own.
    if ('-?:'.includes(char) && isBlank(text.charAt(at + 1))) marks++
    else if (!isBlank(char)) marks = 0
    if (open > MOST_LEVELS || marks >= MOST_LEVELS) {
      const what = open > MOST_LEVELS ? 'brackets' : 'lists'
      report({ line, column: at - start + 1 }, `the ${what} nest too deeply`, 'a schematic needs only a few levels')
      return true
    }
  }
  return false
}

const isBlank = (char: string): boolean => char === ' ' || char === '\t'

/** One escape sequence; surrogate pairs, and a line break with the empty line after it, as one. */
const ESCAPES =
  /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|\r?\n[ \t]*\r?\n|[\s\S])/g

/**
 * Escapes in double quotes that the Factory's parser refuses though they are right in JSON, or reads differently.
 * @param source the scalar as written, with its quotes
 */
export function reportEscapes(source: string, at: Position, report: Report): void {
  for (const [sequence] of source.matchAll(ESCAPES)) {
    if (/^\\u[dD][89a-fA-F]/.test(sequence)) {
      const hint = 'write the character itself, or use \\U and 8 digits'
      report(at, `the Image Factory refuses the escape ${sequence}`, hint)
    } else if (sequence === '\\/') {
      report(at, 'the Image Factory refuses the escape \\/', 'write the slash without a backslash')
    } else if (/\n[ \t]*\r?\n$/.test(sequence)) {
      report(at, 'an escaped line break cannot stand before an empty line here', 'write the line breaks as \\n')
    }
  }
}

function codeName(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
