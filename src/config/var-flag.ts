/** Reads the `name=value` of `-var`. */

import type { Origin, Problem } from '../errors.ts'
import { type Assignment, toUndeclaredProblem } from './assignments.ts'
import type { Declaration } from './declarations.ts'
import type { Found } from './source-file.ts'
import { toTextValue } from './text-value.ts'

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
