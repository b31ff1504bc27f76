/** JSON values as constants. */

import { NULL, type Value } from '../value.ts'
import type { JsonNode } from './parse.ts'

/** The constant a JSON value stands for; strings are taken as they are. */
export function toValue(node: JsonNode): Value {
  switch (node.kind) {
    case 'list':
      return { kind: 'list', items: node.items.map(toValue) }
    case 'object':
      return { kind: 'object', members: new Map(node.members.map(({ name, value }) => [name, toValue(value)])) }
    case 'null':
      return NULL
    default:
      return { kind: node.kind, text: node.text }
  }
}
