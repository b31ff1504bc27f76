/** Functions that write texts in another way: hashes, Base64, URLs, CSV, YAML, UUIDs. */

import { createHash, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { Document, parseDocument, visit } from 'yaml'
import { formatOrigin } from '../../../errors.ts'
import { toStringValue, type Value } from '../../value.ts'
import { sizeOf } from '../budget.ts'
import { type Arguments, type FunctionEntry, takes } from './arguments.ts'
import { fromJson, toJson } from './json.ts'

const ofText = (change: (text: string) => string): FunctionEntry =>
  takes(1, 1, (args) => toStringValue(change(args.text(0))))
const hash = (algorithm: string): FunctionEntry => ofText((text) => createHash(algorithm).update(text).digest('hex'))

export const ENCODING_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  base64encode: ofText((text) => Buffer.from(text).toString('base64')),
  base64decode: ofText((text) => Buffer.from(text, 'base64').toString()),
  // Unpacks to the same, though Go packs it in other bytes.
  base64gzip: ofText((text) => gzipSync(text).toString('base64')),
  textencodebase64: takes(2, 2, (args) => {
    const [text, encode] = [args.text(0), charsetOf(args).encode]
    return toStringValue(
      (encode(text) ?? args.fail('it has characters that this encoding lacks', 0)).toString('base64'),
    )
  }),
  textdecodebase64: takes(2, 2, (args) => toStringValue(charsetOf(args).decode(Buffer.from(args.text(0), 'base64')))),
  urlencode: ofText((text) =>
    // Half of a character is none.
    encodeURIComponent(Buffer.from(text).toString())
      .replaceAll('%20', '+')
      .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`),
  ),
  uuidv4: takes(0, 0, ({ origin }) => {
    // What is evaluated again stays what it was shown to be.
    const place = formatOrigin(origin)
    const id = ids.get(place) ?? randomUUID()
    ids.set(place, id)
    return toStringValue(id)
  }),
  uuidv5: takes(2, 2, uuidOfName),
  csvdecode: takes(1, 1, readCsv),
  yamldecode: takes(1, 1, (args) => {
    const { length } = args.text(0)
    if (length > MOST_YAML) return args.fail(`a YAML text of ${length} characters; ${MOST_YAML} are the most here`, 0)
    const document = parseDocument(args.text(0), { version: '1.1', merge: true })
    const [error] = document.errors
    if (error !== undefined) return args.fail(`this is not YAML: ${error.message.split('\n')[0]}`, 0)
    return fromJson(JSON.parse(JSON.stringify(toJs(document, args)) ?? 'null'))
  }),
  yamlencode: takes(1, 1, (args) => {
    const { bytes, levels } = sizeOf(args.value(0))
    // Its tree, and the indentation.
    args.take(bytes * (16 + levels))
    return toStringValue(writeYaml(toJson(args.value(0))))
  }),
}

/** The parser takes a hundred times as much memory, and where it nests deeply, the square of the levels. */
const MOST_YAML = 32_768

/** @throws EvaluationFailure for aliases in aliases that would become a value of any size */
function toJs(document: Document.Parsed, args: Arguments): unknown {
  try {
    return document.toJS()
  } catch (error) {
    return args.fail(`this is not YAML that is read here: ${error instanceof Error ? error.message : error}`, 0)
  }
}

/** As Go's library writes it: texts in quotes, or as blocks where they have several lines. */
function writeYaml(json: unknown): string {
  const document = new Document(json)
  visit(document, {
    Scalar(key, scalar) {
      if (typeof scalar.value !== 'string') return
      scalar.type = key !== 'key' && scalar.value.includes('\n') ? 'BLOCK_LITERAL' : 'QUOTE_DOUBLE'
    },
  })
  const text = document.toString({ indentSeq: false, lineWidth: 0 })
  return typeof json === 'string' ? text.replace(/\n(?=.)/g, '\n  ') : text
}

const ids = new Map<string, string>()

interface Charset {
  /** Undefined for a text that it cannot hold. */
  readonly encode: (text: string) => Buffer | undefined
  readonly decode: (bytes: Buffer) => string
}

const upTo = (most: number, encoding: 'latin1' | 'ascii'): Charset => ({
  encode: (text) =>
    [...text].every((letter) => (letter.codePointAt(0) ?? 0) <= most) ? Buffer.from(text, encoding) : undefined,
  decode: (bytes) => bytes.toString(encoding),
})
const swap = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16()

/** Those of IANA's encodings that are in use. */
const CHARSETS: ReadonlyMap<string, Charset> = new Map([
  ['utf-8', { encode: (text: string) => Buffer.from(text), decode: (bytes: Buffer) => bytes.toString() }],
  ['utf-16le', { encode: (text) => Buffer.from(text, 'utf16le'), decode: (bytes) => bytes.toString('utf16le') }],
  [
    'utf-16be',
    { encode: (text) => swap(Buffer.from(text, 'utf16le')), decode: (bytes) => swap(bytes).toString('utf16le') },
  ],
  ['iso-8859-1', upTo(0xff, 'latin1')],
  ['us-ascii', upTo(0x7f, 'ascii')],
])

function charsetOf(args: Arguments): Charset {
  const name = args.text(1)
  const names = [...CHARSETS.keys()].join(', ')
  return CHARSETS.get(name.toLowerCase()) ?? args.fail(`"${name}" is not an encoding that is known here: ${names}`, 1)
}

/** Source: RFC 4122, appendix C. */
const NAMESPACES: Readonly<Record<string, string>> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
}

function uuidOfName(args: Arguments): Value {
  const namespace = args.text(0)
  const id = (NAMESPACES[namespace] ?? namespace).replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/i.test(id)) return args.fail('a namespace is dns, url, oid, x500 or a UUID', 0)
  const digest = createHash('sha1').update(Buffer.from(id, 'hex')).update(args.text(1)).digest().subarray(0, 16)
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6)
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8)
  return toStringValue(digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
}

/** A field, quoted or not, and what ends it. */
const CSV_FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y

/** `csvdecode`: an object for each line below the first, which names the columns. */
function readCsv(args: Arguments): Value {
  const text = args.text(0)
  const rows: string[][] = []
  let row: string[] = []
  for (let at = 0; at < text.length || row.length > 0; ) {
    CSV_FIELD.lastIndex = at
    const match = CSV_FIELD.exec(text)
    if (match === null) return args.fail('this is not CSV', 0)
    const [whole, quoted, plain = '', end] = match
    args.take(256)
    row.push(quoted?.replaceAll('""', '"') ?? plain)
    at += whole.length
    if (end === ',') continue
    if (row.length > 1 || row[0] !== '' || quoted !== undefined) rows.push(row)
    row = []
  }
  const [names = args.fail('there is no line that names the columns', 0), ...lines] = rows
  if (new Set(names).size < names.length) return args.fail('two columns have the same name', 0)
  const items = lines.map((fields): Value => {
    if (fields.length !== names.length)
      return args.fail(`there are ${names.length} columns, and a line with ${fields.length}`, 0)
    return { kind: 'object', members: new Map(names.map((name, index) => [name, toStringValue(fields[index] ?? '')])) }
  })
  return { kind: 'list', items }
}
