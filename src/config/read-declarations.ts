/** Reads the variables that a template declares, in blocks that are the same for HCL and JSON. */

import type { Origin, Problem } from '../errors.ts'
import { evaluateConstant } from './constants.ts'
import type { Declaration } from './declarations.ts'
import { Budget } from './expression/budget.ts'
import type { Found } from './source-file.ts'
import { type Attribute, type Block, findAttribute, isTrue } from './template/block.ts'
import { formatKind } from './value.ts'
import { convert, toType, typeOf } from './variable-type.ts'

/**
 * The declarations of `variable` and `variables` blocks. One whose type or default is wrong is left out: the built-in one
 * stands in then, so that one mistake makes one problem.
 * @param env what `env()` may read in a default
 */
export function readDeclarations(
  blocks: readonly Block[],
  env: Readonly<Record<string, string | undefined>>,
): Found<Declaration> {
  const items: Declaration[] = []
  const problems: Problem[] = []
  const evaluating = { env, budget: new Budget() }
  const add = (read: Declaration | Problem): void => {
    if ('message' in read) problems.push(read)
    else items.push(read)
  }
  for (const block of blocks) {
    if (block.type === 'variables') {
      for (const attribute of block.attributes)
        add(declare(attribute.name, attribute.origin, undefined, attribute, evaluating))
      continue
    }
    const [name] = block.labels
    if (name === undefined || block.labels.length > 1) {
      problems.push(toLabelProblem(block))
      continue
    }
    const type = findAttribute(block, 'type')
    const read = declare(name, block.origin, type, findAttribute(block, 'default'), evaluating)
    const validations = block.blocks.filter((inner) => inner.type === 'validation')
    add('message' in read ? read : { ...read, isSensitive: isTrue(findAttribute(block, 'sensitive')), validations })
  }
  return { items, problems }
}

/** @param type undefined when the template gives none: then the default decides */
function declare(
  name: string,
  origin: Origin,
  type: Attribute | undefined,
  given: Attribute | undefined,
  { env, budget }: { readonly env: Readonly<Record<string, string | undefined>>; readonly budget: Budget },
): Declaration | Problem {
  const defaultValue = given && evaluateConstant(name, given.expression, env, budget)
  if (defaultValue !== undefined && 'message' in defaultValue) return defaultValue
  const inferred = defaultValue === undefined ? 'any' : typeOf(defaultValue.value)
  const declared = type === undefined ? inferred : toType(type.expression)
  if (declared === undefined) {
    return {
      code: 'config',
      message: `not a type: ${type?.text}`,
      at: type?.expression.origin,
      hint: 'write type = string, without quotes',
    }
  }
  if (defaultValue !== undefined && convert(defaultValue.value, declared) === undefined) {
    return {
      code: 'config',
      message: `the default of "${name}" is ${formatKind(defaultValue.value.kind)}, but its type is ${type?.text}`,
      at: defaultValue.origin,
      hint: 'change the default or the type',
    }
  }
  return { name, type: declared, origin, defaultValue }
}

function toLabelProblem({ origin }: Block): Problem {
  return {
    code: 'config',
    message: 'a variable block must have exactly one name',
    at: origin,
    hint: 'write variable "name" { ... }',
  }
}
