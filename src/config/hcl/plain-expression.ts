/** The commonest expressions, read without asking the parser: that takes it milliseconds for each. */

import type { Origin } from '../../errors.ts'
import type { Expression } from '../expression/expression.ts'
import { NULL, toBoolValue, toStringValue, type Value } from '../value.ts'

const TEXT = /^"([^"\\$%\n]*)"$/
const REFERENCE = /^(var|local)\.([A-Za-z_][\w-]*)$/
const WORDS: ReadonlyMap<string, Value> = new Map([
  ['null', NULL],
  ['true', toBoolValue(true)],
  ['false', toBoolValue(false)],
])

/** @returns undefined when it is none of them */
export function readPlainExpression(text: string, origin: Origin): Expression | undefined {
  const plain = TEXT.exec(text)?.[1]
  if (plain !== undefined) return { kind: 'literal', origin, value: toStringValue(plain) }
  const [, root, name] = REFERENCE.exec(text) ?? []
  if (root !== undefined && name !== undefined) return { kind: 'reference', origin, root, steps: [name] }
  const word = WORDS.get(text)
  return word && { kind: 'literal', origin, value: word }
}
