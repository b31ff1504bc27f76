/** A YAML text as a tree of plain values with positions: aliases followed, merges done, duplicates reported. */

import type { Alias, Document, Node, Pair, Scalar } from 'yaml'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import { mergeEntries } from './merge.ts'
import type { Position } from './schema.ts'
import type { ScalarNode, TreeEntry, TreeNode } from './tree-node.ts'
import type { Report } from './yaml-problem.ts'
import { reportCharacters, reportDepth, reportEscapes, reportSyntax, toPosition } from './yaml-problem.ts'

/** Far more than a machine configuration has; the YAML library takes long for larger texts that are full of mistakes. */
const MOST_CHARACTERS = 256 * 1024
/** More nodes than this out of aliases is an attack or a mistake. */
const MOST_ALIASED_NODES = 10_000

/**
 * The first document of the text, or undefined when there is none or when it is no YAML.
 * An absent value is an unquoted empty scalar, as in YAML.
 */
export function readTree(text: string, report: Report): TreeNode | undefined {
  if (text.length > MOST_CHARACTERS) {
    const message = `the schematic has ${text.length} characters; ${MOST_CHARACTERS} are the most that are read`
    report({ line: 1, column: 1 }, message, 'leave out what a schematic does not need')
    return undefined
  }
  if (reportDepth(text, report)) return undefined
  // The library's own parser misses lines after some of its errors.
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1)
  // 'failsafe' leaves every scalar as text: what it means depends on the field, and on Go's rules.
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
  })
  const errors = documents.flatMap((document) => document.errors)
  for (const error of errors) reportSyntax(error, lines, report)
  reportCharacters(text, lines, report)
  if (errors.length > 0) return undefined
  // go-yaml finds no document in such a text, which the Factory refuses.
  if (documents.length === 0) {
    report({ line: 1, column: 1 }, 'the schematic is empty', 'write "customization: {}" for one that changes nothing')
  }
  const [first, ...others] = documents
  const extra = others.find((document) => !isBlank(document))
  if (extra !== undefined) {
    const at = toPosition(lines, extra.contents?.range?.[0] ?? 0)
    report(at, 'a second document starts here', 'a schematic is one document: remove the line "---" and what follows')
  }
  return first === undefined ? undefined : new TreeReader(text, first, lines, report).read()
}

function isBlank(document: Document.Parsed): boolean {
  const { contents } = document
  return contents === null || (isScalar(contents) && contents.value === '' && contents.type === 'PLAIN')
}

class TreeReader {
  readonly #text: string
  readonly #document: Document.Parsed
  readonly #lines: LineCounter
  readonly #report: Report
  readonly #open = new Set<Node>()
  #aliasDepth = 0
  #aliased = 0

  constructor(text: string, document: Document.Parsed, lines: LineCounter, report: Report) {
    this.#text = text
    this.#document = document
    this.#lines = lines
    this.#report = report
  }

  read(): TreeNode {
    return this.#toTree(this.#document.contents, { line: 1, column: 1 })
  }

  /** @param near where the node would stand, when it is absent */
  #toTree(node: unknown, near: Position): TreeNode {
    if (isAlias(node)) return this.#followAlias(node)
    if (this.#aliasDepth > 0) this.#aliased++
    if (isMap(node)) {
      const at = this.#positionOf(node, near)
      const entries = node.items.map((pair) => this.#toEntry(pair, at))
      return { kind: 'map', entries: mergeEntries(entries, this.#report), at }
    }
    if (isSeq(node)) {
      const at = this.#positionOf(node, near)
      return { kind: 'list', items: node.items.map((item) => this.#toTree(item, at)), at }
    }
    return isScalar(node) ? this.#toScalar(node, near) : emptyScalar(near)
  }

  #toScalar(node: Scalar, near: Position): ScalarNode {
    const at = this.#positionOf(node, near)
    if (node.type === 'QUOTE_DOUBLE' && node.range) {
      reportEscapes(this.#text.slice(node.range[0], node.range[1]), at, this.#report)
    }
    return { kind: 'scalar', text: this.#textOf(node), quoted: node.type !== 'PLAIN', tag: node.tag, at }
  }

  /** The library ends a block of text with a line break even where the file has none; the Factory's does not. */
  #textOf(node: Scalar): string {
    const text = typeof node.value === 'string' ? node.value : ''
    const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
    const isCut = node.range?.[1] === this.#text.length && /\S/.test(this.#text.slice(this.#text.lastIndexOf('\n') + 1))
    return isBlock && isCut && text.endsWith('\n') ? text.slice(0, -1) : text
  }

  /** The anchored node, at the alias's place. */
  #followAlias(alias: Alias): TreeNode {
    const at = this.#positionOf(alias, { line: 1, column: 1 })
    const target = alias.resolve(this.#document)
    if (target === undefined) {
      this.#report(at, `there is no anchor "${alias.source}"`, `put &${alias.source} before the value that is meant`)
      return emptyScalar(at)
    }
    if (this.#open.has(target)) {
      this.#report(at, `the value of anchor "${alias.source}" contains itself`, 'write the value out')
      return emptyScalar(at)
    }
    if (this.#aliased > MOST_ALIASED_NODES) return emptyScalar(at)
    this.#open.add(target)
    this.#aliasDepth++
    const tree = this.#toTree(target, at)
    this.#aliasDepth--
    this.#open.delete(target)
    if (this.#aliased > MOST_ALIASED_NODES && this.#aliasDepth === 0) {
      this.#report(at, 'the aliases expand to too many values', 'write the values out')
    }
    return { ...tree, at }
  }

  #toEntry(pair: Pair, near: Position): TreeEntry {
    const key = this.#toTree(pair.key, near)
    return { key, value: this.#toTree(pair.value, key.at) }
  }

  #positionOf(node: Node, near: Position): Position {
    return node.range ? toPosition(this.#lines, node.range[0]) : near
  }
}

function emptyScalar(at: Position): ScalarNode {
  return { kind: 'scalar', text: '', quoted: false, tag: undefined, at }
}
