/** Values that come as plain text: from `-var name=value` and from `PKR_VAR_name`. */

import { evaluate } from './hcl/evaluate.ts'
import { loadHclParser } from './hcl/parser.ts'
import { constantText } from './hcl/template-text.ts'
import { NULL, toStringValue, type Value } from './value.ts'
import type { VariableType } from './variable-type.ts'

/**
 * What the text stands for. For a string or number it is the value, with nothing to escape. For other types Packer
 * reads it as an expression: `null` is null, quotes may surround a string, and lists and objects are written as in a
 * template. An unquoted text, which Packer 1.6 then refuses and newer ones take as it is, is taken as it is.
 */
export async function toTextValue(text: string, type: VariableType): Promise<Value> {
  if (type === 'string' || type === 'number') return toStringValue(text)
  if (text.trim() === 'null') return NULL
  if (typeof type !== 'string' || (type === 'any' && /^\s*[[{]/.test(text))) {
    const evaluation = await evaluate(await loadHclParser(), text)
    return 'value' in evaluation ? evaluation.value : toStringValue(text)
  }
  const quoted = /^\s*"([^"\\]*)"\s*$/.exec(text)?.[1]
  return toStringValue((quoted === undefined ? undefined : constantText(quoted, undefined)) ?? text)
}
