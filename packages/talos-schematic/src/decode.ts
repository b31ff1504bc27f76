/**
 * Reads the fields of a schematic out of a tree, as Go's strict decoder does: by the type of the field.
 * A text field takes any scalar as it is written (`5`, `yes`), null means "not set" everywhere, and null items
 * of lists are dropped. Problems are reported, and reading goes on with "not set".
 */

import type { Scalar } from './go-scalar.ts'
import { resolveScalar } from './go-scalar.ts'
import { didYouMean } from './near.ts'
import type { Position, UnknownField } from './schema.ts'
import type { ScalarNode, TreeNode } from './tree-node.ts'
import type { Report } from './yaml-problem.ts'

export interface Decoding {
  readonly report: Report
  /** Filled while reading: where the value of each path stands. */
  readonly positions: Map<string, Position>
  /** Filled while reading: fields that are not known. */
  readonly unknown: UnknownField[]
}

/** A value and its path from the root, which names it in messages; an absent value is not set. */
export interface Field {
  readonly node: TreeNode | undefined
  readonly path: string
}

const TAG_PREFIX = 'tag:yaml.org,2002:'
const TAG_OF: Readonly<Record<Scalar['kind'], string>> = {
  text: 'str',
  null: 'null',
  merge: 'merge',
  bool: 'bool',
  integer: 'int',
  float: 'float',
  time: 'timestamp',
}

/** What the scalar means, by its quotes, its tag and its text. */
export function meaningOf(node: ScalarNode, { report }: Decoding): Scalar {
  const text: Scalar = { kind: 'text' }
  const tag = node.tag?.startsWith(TAG_PREFIX) ? node.tag.slice(TAG_PREFIX.length) : undefined
  if (node.tag === undefined) return node.quoted ? text : resolveScalar(node.text)
  // Tags of one's own (`!name`) mean nothing to the Factory.
  if (tag === undefined || tag === 'str') return text
  const meaning = resolveScalar(node.text)
  if (TAG_OF[meaning.kind] === tag) return meaning
  if (tag === 'float' && meaning.kind === 'integer' && meaning.value < 2n ** 63n) {
    return { kind: 'float', value: Number(meaning.value) }
  }
  report(node.at, `"${node.text}" cannot be a !!${tag}`, 'remove the tag')
  return text
}

/** The text, or '' when it is not set. */
export function readText(field: Field, decoding: Decoding): string {
  const { node, path } = field
  if (node === undefined) return ''
  decoding.positions.set(path, node.at)
  if (node.kind !== 'scalar') {
    const hint = node.kind === 'map' ? 'put a value that contains ": " in quotes' : 'write a single value'
    decoding.report(node.at, `"${path}" must be text, not ${nameKind(node)}`, hint)
    return ''
  }
  const meaning = meaningOf(node, decoding)
  if (meaning.kind === 'null') return ''
  if (meaning.kind === 'time') {
    decoding.report(node.at, `"${path}" must be text, not a date`, `put it in quotes: "${node.text}"`)
  }
  return node.text
}

/** Like {@link readText}, for a value out of a list of words; another value is a problem. */
export function readWord(field: Field, words: readonly string[], decoding: Decoding): string {
  const word = readText(field, decoding)
  if (word === '' || field.node === undefined || words.includes(word.toLowerCase())) return word
  const hint = didYouMean(word, words) ?? `one of ${words.join(', ')}`
  decoding.report(field.node.at, `"${field.path}" cannot be "${word}"`, hint)
  return ''
}

/** The boolean, false when it is not set. The words of YAML 1.1 (`yes`, `off`) count, in quotes too. */
export function readFlag(field: Field, decoding: Decoding): boolean {
  const { node, path } = field
  if (node === undefined) return false
  decoding.positions.set(path, node.at)
  if (node.kind === 'scalar') {
    const meaning = meaningOf(node, decoding)
    if (meaning.kind === 'null') return false
    if (meaning.kind === 'bool') return meaning.value
    if (meaning.kind === 'text' && /^(?:y|Y|yes|Yes|YES|on|On|ON)$/.test(node.text)) return true
    if (meaning.kind === 'text' && /^(?:n|N|no|No|NO|off|Off|OFF)$/.test(node.text)) return false
  }
  decoding.report(node.at, `"${path}" must be true or false`, quotesHint(node) ?? 'write true or false')
  return false
}

/** The whole number from 0 to `most`, 0 when it is not set. */
export function readWhole(field: Field, most: number, decoding: Decoding): number {
  const { node, path } = field
  if (node === undefined) return 0
  decoding.positions.set(path, node.at)
  if (node.kind === 'scalar') {
    const meaning = meaningOf(node, decoding)
    if (meaning.kind === 'null') return 0
    if (meaning.kind === 'integer' || meaning.kind === 'float') {
      const value = Number(meaning.value)
      if (Number.isInteger(value) && value >= 0 && value <= most) return value
    }
  }
  const hint = quotesHint(node) ?? 'write it in digits, such as 10 or 0xa'
  decoding.report(node.at, `"${path}" must be a whole number from 0 to ${most}`, hint)
  return 0
}

/** The items; `read` is called for each that is not null, with its index in the result. */
export function readList<T>(field: Field, decoding: Decoding, read: (item: Field) => T): T[] {
  const { node, path } = field
  if (node === undefined || isNull(node, decoding)) return []
  decoding.positions.set(path, node.at)
  if (node.kind !== 'list') {
    decoding.report(node.at, `"${path}" must be a list, not ${nameKind(node)}`, 'write one "- value" a line')
    return []
  }
  return node.items
    .filter((item) => !isNull(item, decoding))
    .map((item, index) => read({ node: item, path: `${path}[${index}]` }))
}

/** Whether the value is null, which means "not set". */
export function isNull(node: TreeNode, decoding: Decoding): boolean {
  return node.kind === 'scalar' && meaningOf(node, decoding).kind === 'null'
}

/** The canonical spelling of a scalar that is not text. */
export function spellScalar(meaning: Exclude<Scalar, { kind: 'text' | 'merge' }>): string {
  switch (meaning.kind) {
    case 'null':
      return 'null'
    case 'bool':
    case 'integer':
      return String(meaning.value)
    case 'float':
      return formatFloat(meaning.value)
    case 'time':
      return meaning.text
  }
}

/** The node's kind, for messages. */
export function nameKind(node: TreeNode): string {
  switch (node.kind) {
    case 'map':
      return 'a mapping'
    case 'list':
      return 'a list'
    case 'scalar':
      return 'a single value'
  }
}

function quotesHint(node: TreeNode): string | undefined {
  return node.kind === 'scalar' && node.quoted ? 'remove the quotes' : undefined
}

/**
 * A float as Go's yaml.v4 spells it: the shortest digits that read back as the same number; with an exponent, of at least two digits, from 1e+06 on
 * and below 0.0001.
 */
function formatFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa = '', power = ''] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 6) {
    const sign = exponent < 0 ? '-' : '+'
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  return String(value)
}
