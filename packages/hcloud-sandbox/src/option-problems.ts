/** What is wrong with the options of a sandbox that nothing else would refuse. */

import { LOCATIONS } from './cloud/resources/locations.ts'
import { SERVER_TYPES } from './cloud/resources/server-types.ts'
import type { SandboxProblem } from './errors.ts'
import { didYouMean } from './near.ts'
import type { SandboxOptions } from './options.ts'

/** All of it. */
export function findOptionProblems({ outOfStock = [], limits = {}, tokens }: SandboxOptions): SandboxProblem[] {
  const wrong = Object.entries(limits).filter(
    ([, most]) => most !== undefined && !(Number.isInteger(most) && most >= 0),
  )
  return [
    ...findStockProblems(outOfStock),
    ...wrong.map(([name, most]) => problem(`the limit of ${name} is ${most}`, 'give a whole number from 0')),
    ...findProjectProblems(tokens?.map(({ project }) => project) ?? []),
  ]
}

/** @param texts `cax11@fsn1`, `cax11` or `@fsn1` */
export function findStockProblems(texts: readonly string[]): SandboxProblem[] {
  return texts.flatMap((text) => {
    const [type = '', location, ...rest] = text.split('@')
    if (rest.length > 0 || text === '' || location === '') {
      const hint = 'write TYPE@LOCATION, TYPE for all locations, or @LOCATION for all types'
      return [problem(`"${text}" names no stock`, hint)]
    }
    return [
      ...(type === '' ? [] : findUnknown('server type', type, SERVER_TYPES)),
      ...(location === undefined ? [] : findUnknown('location', location, LOCATIONS)),
    ]
  })
}

function findUnknown(what: string, name: string, known: readonly { readonly name: string }[]): SandboxProblem[] {
  const names = known.map((one) => one.name)
  if (names.includes(name)) return []
  return [problem(`the sandbox has no ${what} "${name}"`, didYouMean(name, names) ?? `there are ${names.join(', ')}`)]
}

/** Names that are not fit for projects, each once. */
export function findProjectProblems(names: readonly string[]): SandboxProblem[] {
  return [...new Set(names)]
    .filter((name) => !/^[a-z][a-z0-9-]{0,30}$/.test(name))
    .map((name) => problem(`"${name}" is not a name for a project`, 'use small letters, digits and dashes'))
}

const problem = (message: string, hint: string): SandboxProblem => ({ code: 'usage', message, hint })
