/** From the parser's syntax tree to an expression that can be evaluated. */

import * as v from 'valibot'
import type { Origin } from '../../errors.ts'
import { BINARY_OPERATORS, type Expression, type Step, UNARY_OPERATORS } from '../expression/expression.ts'
import { NULL, toStringValue, type Value } from '../value.ts'
import type { AstNode } from './ast.ts'
import { type LiteralStyle, literalText, styleOf } from './literal-text.ts'

interface Reading {
  readonly text: string
  /** The offset of each byte, which is what the parser counts, in code units; undefined where both are the same. */
  readonly offsets: Uint32Array | undefined
  /** The place of an offset (in UTF-16 code units) in the text. */
  readonly placeOf: (offset: number) => Origin
  readonly style: LiteralStyle
}

/**
 * @param text the expression that the tree was made of
 * @returns undefined for a tree that holds something that only the build server knows
 */
export function toExpression(root: AstNode, text: string, placeOf: (offset: number) => Origin): Expression | undefined {
  try {
    return read(root, { text, offsets: toOffsets(text), placeOf, style: { kind: 'quoted', indent: 0 } })
  } catch (error) {
    if (error instanceof UnknownNode) return undefined
    throw error
  }
}

class UnknownNode extends Error {
  override readonly name = 'UnknownNode'
}

function read(node: AstNode, reading: Reading): Expression {
  const { children, meta } = node
  const origin = reading.placeOf(offsetOf(node.range.start.byte, reading))
  const at = (index: number): Expression => readChild(children[index], reading)
  switch (node.type) {
    case '':
      return at(0)
    case 'literalValue':
      return { kind: 'literal', origin, value: readLiteral(node, reading) }
    case 'templateWrap':
      return at(0)
    case 'template': {
      const inside = { ...reading, style: readStyle(node, reading) }
      return { kind: 'template', origin, parts: children.map((child) => read(child, inside)) }
    }
    case 'templateJoin':
      return { kind: 'join', origin, of: at(0) }
    case 'scopeTraversal': {
      const [root, ...steps] = readSteps(node)
      return { kind: 'reference', origin, root: String(root), steps }
    }
    case 'relativeTraversal':
      return { kind: 'get', origin, of: at(0), steps: readSteps(node) }
    case 'index':
      return { kind: 'index', origin, of: at(0), key: at(1) }
    case 'splat': {
      const [, each] = children
      return { kind: 'splat', origin, of: at(0), steps: each?.type === 'relativeTraversal' ? readSteps(each) : [] }
    }
    case 'conditional':
      return { kind: 'conditional', origin, condition: at(0), yes: at(1), no: at(2) }
    case 'unaryOp':
      return { kind: 'unary', origin, operator: pick(UNARY, meta?.operator), operand: at(0) }
    case 'binaryOp':
      return { kind: 'binary', origin, operator: pick(BINARY, meta?.operator), left: at(0), right: at(1) }
    case 'function': {
      const args = children.map((child) => read(child, reading))
      return { kind: 'call', origin, name: meta?.name ?? '', args, spread: meta?.expandedFinalArgument === true }
    }
    case 'tuple':
      return { kind: 'list', origin, items: children.map((child) => read(child, reading)) }
    case 'object':
      return { kind: 'object', origin, members: readMembers(children, reading) }
    case 'for':
      return { origin, ...readFor(node, reading) }
    default:
      throw new UnknownNode(node.type)
  }
}

/** The text inside a `%{ if }` or `%{ for }` is written as what surrounds it; it has no quotes of its own. */
function readStyle({ meta, range }: AstNode, reading: Reading): LiteralStyle {
  const written = meta?.value ?? ''
  if (written.startsWith('<<')) return styleOf(written)
  const isQuoted = written === '""' || reading.text[offsetOf(range.start.byte, reading)] !== '"'
  return written.startsWith('"') && isQuoted ? { kind: 'quoted', indent: 0 } : reading.style
}

function readChild(node: AstNode | undefined, reading: Reading): Expression {
  if (node === undefined) throw new UnknownNode('nothing')
  return read(node, reading)
}

function readLiteral({ meta, range }: AstNode, reading: Reading): Value {
  const { type, value = '' } = meta ?? {}
  if (type === 'number') return { kind: 'number', text: String(Number(value)) }
  if (type === 'bool') return { kind: 'bool', text: value }
  if (type !== 'string') return NULL
  const [start, end] = [offsetOf(range.start.byte, reading), offsetOf(range.end.byte, reading)]
  return toStringValue(literalText(reading.text, start, end, reading.style))
}

/** A name after a dot is a name; in brackets stands a number or a string. */
function readSteps({ meta }: AstNode): Step[] {
  return (meta?.traversal ?? []).map(({ type, segment }) => {
    if (type !== 'indexTraversal') return segment
    if (!segment.startsWith('"')) return Number(segment)
    return literalText(segment, 1, segment.length - 1, { kind: 'quoted', indent: 0 })
  })
}

/** Keys and values alternate. A key that is a bare name has no node, only a place. */
function readMembers(children: readonly AstNode[], reading: Reading): { key: Expression; value: Expression }[] {
  const members: { key: Expression; value: Expression }[] = []
  for (let index = 0; index + 1 < children.length; index += 2) {
    const key = children[index]
    if (key === undefined) continue
    members.push({ key: readKey(key, reading), value: readChild(children[index + 1], reading) })
  }
  return members
}

function readKey(node: AstNode, reading: Reading): Expression {
  if (node.children.length > 0) return read(node, reading)
  const start = offsetOf(node.range.start.byte, reading)
  const name = reading.text.slice(start, offsetOf(node.range.end.byte, reading))
  return { kind: 'literal', origin: reading.placeOf(start), value: toStringValue(name) }
}

function readFor(node: AstNode, reading: Reading): Omit<Extract<Expression, { kind: 'for' }>, 'origin'> {
  const { meta, children } = node
  const [of, ...others] = children.map((child) => read(child, reading))
  const name = meta?.keyExpression === undefined ? undefined : others.shift()
  const [item, only] = others
  if (of === undefined || item === undefined) throw new UnknownNode('for')
  return {
    kind: 'for',
    keyName: meta?.keyVar === '' ? undefined : meta?.keyVar,
    itemName: meta?.valVar ?? '',
    of,
    name,
    item,
    only,
    grouped: meta?.groupedValue === true,
  }
}

function offsetOf(byte: number, { offsets }: Reading): number {
  return offsets === undefined ? byte : (offsets[byte] ?? offsets.at(-1) ?? 0)
}

function toOffsets(text: string): Uint32Array | undefined {
  const bytes = Buffer.byteLength(text)
  if (bytes === text.length) return undefined
  const offsets = new Uint32Array(bytes + 1)
  let byte = 0
  let offset = 0
  for (const character of text) {
    const end = byte + Buffer.byteLength(character)
    offsets.fill(offset, byte, end)
    byte = end
    offset += character.length
  }
  offsets[byte] = offset
  return offsets
}

const UNARY = v.picklist(UNARY_OPERATORS)
const BINARY = v.picklist(BINARY_OPERATORS)

function pick<Operator>(schema: v.GenericSchema<Operator>, operator: string | undefined): Operator {
  const parsed = v.safeParse(schema, operator)
  if (!parsed.success) throw new UnknownNode(operator)
  return parsed.output
}
