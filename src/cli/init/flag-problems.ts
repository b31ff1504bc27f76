/** What is wrong with the flags of `init`, before the user is asked. */

import { type Problem, TalosImageError } from '../../errors.ts'
import { didYouMean } from '../../util/near.ts'
import { readVersionFlag } from '../talos-version.ts'
import type { AnswerFlags } from './answers.ts'
import { LOCATIONS } from './locations.ts'
import type { InitFlags } from './parameters.ts'

/** All of it. */
export function findFlagProblems(flags: AnswerFlags & Pick<InitFlags, 'adapt' | 'force'>): Problem[] {
  const { talosVersion, extension, extensions, location, adapt, force } = flags
  const problems: Problem[] = []
  if (talosVersion !== undefined) problems.push(...problemsOf(() => readVersionFlag(talosVersion)))
  if (!extensions && extension !== undefined) {
    problems.push(usage('--no-extensions', 'it cannot be used together with --extension', 'give one of the two'))
  }
  if (adapt === true && force === true) {
    problems.push(usage('--adapt', 'it cannot be used together with --force', 'give one of the two'))
  }
  if (location !== undefined && !/^[a-z][a-z0-9-]{1,30}$/.test(location)) {
    problems.push(usage('--location', `"${location}" is not a location`, nearLocation(location)))
  }
  return problems
}

/** A location that this tool does not know may be a new one: only Hetzner Cloud can tell, and a plan asks it. */
export function warnOfLocation({ location }: AnswerFlags): Problem | undefined {
  if (location === undefined || NAMES.includes(location)) return undefined
  const message = `talos-image does not have the location "${location}" in its list; a plan asks Hetzner Cloud`
  return usage('--location', message, nearLocation(location))
}

const NAMES = LOCATIONS.map(({ name }) => name)

const nearLocation = (text: string): string => didYouMean(text, NAMES) ?? `there are ${NAMES.join(', ')}`

function problemsOf(work: () => unknown): readonly Problem[] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof TalosImageError) return error.problems
    throw error
  }
}

const usage = (name: string, message: string, hint: string): Problem => ({
  code: 'usage',
  message,
  at: { kind: 'flag', name },
  hint,
})
