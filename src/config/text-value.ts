/** Values that come as plain text: from `-var name=value` and from `PKR_VAR_name`. */

import { constantText } from './hcl/template-text.ts'
import type { Value, VariableType } from './value.ts'

/**
 * What the text stands for. For a string or number it is the value, with nothing to escape. For other types Packer
 * reads it as an expression: `null` is null and quotes may surround a string. An unquoted text, which Packer 1.6 then
 * refuses and newer ones take as it is, is taken as it is.
 */
export function toTextValue(text: string, type: VariableType): Value {
  if (type !== 'string' && type !== 'number') {
    if (text.trim() === 'null') return { kind: 'null' }
    const quoted = /^\s*"([^"\\]*)"\s*$/.exec(text)?.[1]
    const constant = quoted === undefined ? undefined : constantText(quoted, undefined)
    if (constant !== undefined) return { kind: 'string', text: constant }
  }
  return { kind: 'string', text }
}
