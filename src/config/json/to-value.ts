/** JSON values as constants. */

import type { Value } from '../value.ts'
import type { JsonNode } from './parse.ts'

/** The constant a JSON value stands for; strings are taken as they are. */
export function toValue(node: JsonNode): Value {
  return 'text' in node ? { kind: node.kind, text: node.text } : { kind: node.kind }
}
