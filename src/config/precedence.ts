/** Which of several values for a variable counts. */

import type { Problem } from '../errors.ts'
import type { Assignment } from './assignments.ts'
import { type Declaration, isVariableName, VARIABLE_NAMES } from './declarations.ts'
import type { Found } from './source-file.ts'
import { formatKind, isScalar, type Value } from './value.ts'
import { convert, formatType } from './variable-type.ts'
import type { Sourced } from './variables.ts'

/** What was given to the variables, by kind of source; within a kind in the order of reading. */
export interface Assignments {
  readonly env: readonly Assignment[]
  readonly hclFiles: readonly Assignment[]
  readonly jsonFiles: readonly Assignment[]
  readonly flags: readonly Assignment[]
}

/** The value that counts for a variable; without one when nothing sets it. */
export interface Chosen {
  readonly name: string
  readonly declaration: Declaration
  readonly sourced: Sourced<Value> | undefined
}

/**
 * Picks the value of each variable. The last of the strongest source wins: defaults, then the environment, then all HCL
 * var files, then all JSON var files, then flags. (Tried on Packer 1.6.6: it reads the kinds of var files one after the
 * other, so a JSON file that is read automatically beats an HCL one that was named.)
 * Values of a wrong type are a problem even where a stronger source overrides them.
 */
export function chooseValues(declarations: ReadonlyMap<string, Declaration>, assignments: Assignments): Found<Chosen> {
  const { env, hclFiles, jsonFiles, flags } = assignments
  const given = new Map<string, Assignment[]>()
  for (const assignment of [...env, ...hclFiles, ...jsonFiles, ...flags]) {
    const others = given.get(assignment.name)
    if (others === undefined) given.set(assignment.name, [assignment])
    else others.push(assignment)
  }
  const items: Chosen[] = []
  const problems: Problem[] = []
  for (const [name, declaration] of inOrder(declarations)) {
    let sourced = declaration.defaultValue
    let wrong = false
    for (const assignment of given.get(name) ?? []) {
      const value = convert(assignment.value, declaration.type)
      if (value === undefined) problems.push(toTypeProblem(assignment, declaration))
      if (value === undefined) wrong = true
      else sourced = { value, origin: assignment.origin }
    }
    if (!wrong) items.push({ name, declaration, sourced })
  }
  return { items, problems }
}

/** Those that this program knows first: their problems are told in the order in which they are documented. */
function inOrder(declarations: ReadonlyMap<string, Declaration>): [string, Declaration][] {
  const known = VARIABLE_NAMES.flatMap((name): [string, Declaration][] => {
    const declaration = declarations.get(name)
    return declaration === undefined ? [] : [[name, declaration]]
  })
  return [...known, ...[...declarations].filter(([name]) => !isVariableName(name))]
}

function toTypeProblem({ name, value, origin }: Assignment, { type }: Declaration): Problem {
  const wanted = formatType(type)
  const given = isScalar(value) ? `"${value.text}"` : formatKind(value.kind)
  return {
    code: 'config',
    message: `"${name}" must be ${wanted}, not ${given}`,
    at: origin,
    hint: type === 'string' ? 'write one value in double quotes' : `the template declares it as ${wanted}`,
  }
}
