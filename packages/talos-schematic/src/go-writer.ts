/** Writes values as the block YAML of Go's yaml.v4, byte for byte. */

import { chooseStyle, doubleQuoted, isBreak, isMultiline, type YamlRelease } from './go-string.ts'
import { LineWriter } from './line-writer.ts'
import type { FreeEntry, FreeScalar, FreeValue } from './schema.ts'

/** Columns a level is indented by. */
const INDENT = 4
/** A key of more bytes than this gets a `?` line of its own. */
const SIMPLE_KEY_BYTES = 128

/** What a value stands in, which decides how far its contents are indented. */
type Place = 'item' | 'field'

/** The document whose root is a map with these entries, in this order, as a release of the library writes it. */
export function writeDocument(entries: readonly FreeEntry[], release: YamlRelease): string {
  const writer = new LineWriter(release)
  writeEntries(writer, entries, 0)
  writer.startLine(0)
  return writer.text
}

function writeEntries(writer: LineWriter, entries: readonly FreeEntry[], indent: number): void {
  for (const [key, value] of entries) {
    writer.startLine(indent)
    if (isSimpleKey(key)) {
      writeScalar(writer, key, indent, true)
      writer.mark(':')
    } else {
      writer.markItem('?')
      writeValue(writer, key, indent, 'field')
      writer.startLine(indent)
      writer.markItem(':')
    }
    writeValue(writer, value, indent, 'field')
  }
}

function isSimpleKey(key: FreeValue): key is FreeScalar {
  if (key.kind !== 'text' && key.kind !== 'token') return false
  return !isMultiline(key.text) && Buffer.byteLength(key.text) <= SIMPLE_KEY_BYTES
}

function writeValue(writer: LineWriter, value: FreeValue, indent: number, place: Place): void {
  const inner = place === 'item' ? indent + 2 : INDENT * (Math.floor(indent / INDENT) + 1)
  switch (value.kind) {
    case 'list':
      writeItems(writer, value.items, inner)
      break
    case 'map':
      if (value.entries.length === 0) writer.word('{}')
      else writeEntries(writer, value.entries, inner)
      break
    default:
      writeScalar(writer, value, inner, false)
  }
}

function writeItems(writer: LineWriter, items: readonly FreeValue[], indent: number): void {
  if (items.length === 0) writer.word('[]')
  for (const item of items) {
    writer.startLine(indent)
    writer.markItem('-')
    writeValue(writer, item, indent, 'item')
  }
}

function writeScalar(writer: LineWriter, value: FreeScalar, indent: number, simpleKey: boolean): void {
  switch (value.kind === 'token' ? 'plain' : chooseStyle(value.text, simpleKey, writer.release)) {
    case 'plain':
      writer.word(value.text)
      break
    case 'double':
      writer.word(doubleQuoted(value.text))
      break
    case 'single':
      writeSingleQuoted(writer, value.text, indent)
      break
    case 'literal':
      writeLiteral(writer, value.text, indent)
  }
}

function writeSingleQuoted(writer: LineWriter, text: string, indent: number): void {
  writer.word("'")
  writeLines(writer, text.replaceAll("'", "''"), indent, false)
  writer.mark("'")
}

function writeLiteral(writer: LineWriter, text: string, indent: number): void {
  // The indentation indicator is the document's own, even in lists, where the text stands elsewhere; v4.0.0 mended that.
  const begins = writer.release === 'v4' ? /^[\n ]*[ \t]/ : /^ /
  const columns = writer.release === 'v4' && indent % INDENT !== 0 ? indent % INDENT : INDENT
  writer.word(`|${begins.test(text) ? columns : ''}${chomping(text)}`)
  writer.breakLine('\n')
  writer.open()
  writeLines(writer, text, indent, true)
}

/** `-`: no line break at the end; `+`: several, or nothing but one; none: exactly one. */
function chomping(text: string): string {
  const [last, before] = Array.from(text).slice(-2).reverse()
  if (last === undefined || !isBreak(last)) return '-'
  return before === undefined || isBreak(before) ? '+' : ''
}

/** Copies the text, indenting what follows a line break. */
function writeLines(writer: LineWriter, text: string, indent: number, fresh: boolean): void {
  let broken = fresh
  for (const char of text) {
    if (isBreak(char)) {
      writer.breakLine(char)
      broken = true
      continue
    }
    if (broken) writer.startLine(indent)
    writer.copy(char)
    broken = false
  }
}
