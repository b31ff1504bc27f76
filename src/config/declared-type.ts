/** What a template says about a variable, checked and put together the same way for HCL and JSON. */

import type { Origin, Problem } from '../errors.ts'
import type { Declaration } from './declarations.ts'
import type { Found } from './source-file.ts'
import { formatKind, type Value } from './value.ts'
import { convert, parseType, typeOf, type VariableType } from './variable-type.ts'
import type { Sourced } from './variables.ts'

type SourcedValue = Sourced<Value>

interface TypeText {
  /** As written: `string`, `list(string)`. */
  readonly text: string
  readonly origin: Origin
}

/**
 * Puts a declaration together. Nothing comes back where type or default are wrong: the built-in one stands in then, so
 * that one mistake makes one problem.
 * @param type undefined when the template gives none: then the default decides
 */
export function declare(
  name: string,
  origin: Origin,
  type: TypeText | undefined,
  defaultValue: SourcedValue | undefined,
): Found<Declaration> {
  const declared = type === undefined ? inferType(defaultValue) : parseType(type.text)
  if (declared === undefined) return { items: [], problems: [toTypeProblem(type)] }
  if (defaultValue !== undefined && convert(defaultValue.value, declared) === undefined) {
    const problem: Problem = {
      code: 'config',
      message: `the default of "${name}" is ${formatKind(defaultValue.value.kind)}, but its type is ${type?.text}`,
      at: defaultValue.origin,
      hint: 'change the default or the type',
    }
    return { items: [], problems: [problem] }
  }
  return { items: [{ name, type: declared, origin, defaultValue }], problems: [] }
}

function inferType(defaultValue: SourcedValue | undefined): VariableType {
  return defaultValue === undefined ? 'any' : typeOf(defaultValue.value)
}

function toTypeProblem(type: TypeText | undefined): Problem {
  return {
    code: 'config',
    message: `not a type: ${type?.text}`,
    at: type?.origin,
    hint: 'write type = string, without quotes',
  }
}
