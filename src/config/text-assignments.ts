/** Values that come as plain text: from `PKR_VAR_name` and from `-var name=value`. */

import type { Origin, Problem } from '../errors.ts'
import { type Assignment, toUndeclaredProblem } from './assignments.ts'
import { evaluateConstant } from './constants.ts'
import type { Declaration } from './declarations.ts'
import { loadHclParser } from './hcl/parser.ts'
import { readHclExpression } from './hcl/read-body.ts'
import type { Found } from './source-file.ts'
import { NULL, toStringValue, type Value } from './value.ts'
import type { VariableType } from './variable-type.ts'

const PREFIX = 'PKR_VAR_'

/** The values of the `PKR_VAR_name` variables; those for undeclared names are ignored, as in Packer. */
export async function readEnvVariables(
  env: Readonly<Record<string, string | undefined>>,
  declarations: ReadonlyMap<string, Declaration>,
): Promise<Assignment[]> {
  const assignments: Assignment[] = []
  for (const { name, type } of declarations.values()) {
    const text = env[PREFIX + name]
    if (text === undefined) continue
    assignments.push({ name, value: await toTextValue(text, type), origin: { kind: 'env', name: PREFIX + name } })
  }
  return assignments
}

/**
 * The values given on the command line, in order. An undeclared name is a mistake here, unlike in a var file.
 * @param complete whether the declarations are all that there are; else names cannot be called undeclared
 */
export async function readVarFlags(
  flags: readonly string[],
  declarations: ReadonlyMap<string, Declaration>,
  complete: boolean,
): Promise<Found<Assignment>> {
  const items: Assignment[] = []
  const problems: Problem[] = []
  for (const flag of flags) {
    const equals = flag.indexOf('=')
    if (equals < 1) {
      problems.push(toShapeProblem(flag, equals))
      continue
    }
    const name = flag.slice(0, equals)
    const origin: Origin = { kind: 'flag', name: `-var ${name}` }
    const declaration = declarations.get(name)
    if (declaration !== undefined) {
      items.push({ name, value: await toTextValue(flag.slice(equals + 1), declaration.type), origin })
    } else if (complete) {
      problems.push(toUndeclaredProblem(name, origin, declarations.keys()))
    }
  }
  return { items, problems }
}

function toShapeProblem(flag: string, equals: number): Problem {
  return {
    code: 'config',
    message: equals === -1 ? `-var "${flag}" has no "=" in it` : `-var "${flag}" has no name before the "="`,
    at: { kind: 'flag', name: '-var' },
    hint: 'write -var name=value, for example -var talos_version=v1.12.2',
  }
}

/**
 * What the text stands for. For a string or number it is the value, with nothing to escape. For other types Packer
 * reads it as an expression: `null` is null, quotes may surround a string, and lists and objects are written as in a
 * template. An unquoted text, which Packer 1.6 then refuses and newer ones take as it is, is taken as it is.
 */
async function toTextValue(text: string, type: VariableType): Promise<Value> {
  if (type === 'string' || type === 'number') return toStringValue(text)
  if (text.trim() === 'null') return NULL
  const isExpression =
    typeof type !== 'string' || (type === 'any' && /^\s*[[{]/.test(text)) || /^\s*"[^"\\]*"\s*$/.test(text)
  if (!isExpression) return toStringValue(text)
  const at = { name: '', expression: text.trim(), expressionOffset: 0 }
  const expression = await readHclExpression({ name: '', text }, await loadHclParser(), at)
  const value = 'message' in expression ? expression : evaluateConstant('', expression)
  return 'message' in value ? toStringValue(text) : value.value
}
