/** From chosen values to the variables that the rest of the program works with. */

import type { Problem } from '../errors.ts'
import { exampleOf, IMAGE_URL_NAMES, isVariableName, SERVER_TYPE_NAMES, type VariableName } from './declarations.ts'
import type { Chosen } from './precedence.ts'
import { formatKind, isScalar, type Value } from './value.ts'
import type { Sourced, Variables } from './variables.ts'

/**
 * The variables, without warnings; undefined values are never left: where one is missing there is a problem.
 * @param isOwnTemplate whether a template says what is built: then an empty URL is what it makes of it
 */
export function toVariables(
  chosen: readonly Chosen[],
  isOwnTemplate: boolean,
): {
  readonly variables: Omit<Variables, 'warnings'> | undefined
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const texts = new Map<VariableName, Sourced<string>>()
  const nulls = new Map<VariableName, Sourced<null>>()
  for (const one of chosen) {
    const { name } = one
    if (!isVariableName(name)) continue
    const isLeftEmpty = isOwnTemplate && isOptional(name) && isEmpty(one.sourced?.value)
    const problem = isLeftEmpty ? undefined : findProblem({ ...one, name })
    if (problem !== undefined) problems.push(problem)
    else if (!isLeftEmpty && one.sourced !== undefined && isScalar(one.sourced.value)) {
      texts.set(name, { value: one.sourced.value.text, origin: one.sourced.origin })
    } else {
      nulls.set(name, { value: null, origin: one.sourced?.origin ?? one.declaration.origin })
    }
  }
  const url = (name: VariableName) => texts.get(name) ?? nulls.get(name)
  const talosVersion = texts.get('talos_version')
  const location = texts.get('server_location')
  const [armType, x86Type] = [texts.get(SERVER_TYPE_NAMES.arm), texts.get(SERVER_TYPE_NAMES.x86)]
  const [armUrl, x86Url] = [url(IMAGE_URL_NAMES.arm), url(IMAGE_URL_NAMES.x86)]
  if (!talosVersion || !location || !armType || !x86Type || !armUrl || !x86Url)
    return { variables: undefined, problems }
  const variables = {
    talosVersion,
    serverTypes: { arm: armType, x86: x86Type },
    location,
    imageUrls: { arm: armUrl, x86: x86Url },
  }
  return { variables, problems }
}

const isOptional = (name: VariableName): boolean => name === IMAGE_URL_NAMES.arm || name === IMAGE_URL_NAMES.x86

const isEmpty = (value: Value | undefined): boolean =>
  value !== undefined && isScalar(value) && value.text.trim() === ''

function findProblem({ name, declaration, sourced }: Chosen & { readonly name: VariableName }): Problem | undefined {
  const optional = isOptional(name)
  const example = `-var ${name}=${exampleOf(name)}`
  if (sourced === undefined) {
    if (optional) return undefined
    return {
      code: 'config',
      message: `"${name}" has no value: the template declares it without a default, and nothing sets it`,
      at: declaration.origin,
      hint: `write ${name} = "${exampleOf(name)}" into a var file, or give ${example}`,
    }
  }
  const { value, origin: at } = sourced
  if (value.kind === 'null') {
    if (optional) return undefined
    return {
      code: 'config',
      message: `"${name}" is null, but needs a value`,
      at,
      hint: `give one, for example ${example}`,
    }
  }
  if (!isScalar(value)) {
    const message = `"${name}" must be a string, not ${formatKind(value.kind)}`
    return { code: 'config', message, at, hint: 'write one value in double quotes' }
  }
  if (!isEmpty(value)) return undefined
  const hint = optional ? 'write null, or leave it out, for the default image' : `give a value, for example ${example}`
  return { code: 'config', message: `"${name}" is empty`, at, hint }
}
