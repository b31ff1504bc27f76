/** Whether a label may stand on a build server or a snapshot beside our own. */

import type { Sourced } from '../config/variables.ts'
import type { Origin, Problem } from '../errors.ts'
import { PREFIX } from './labels.ts'
import { COMMON } from './selector.ts'

/** A name or a value of a label. Source: Hetzner Cloud API documentation. */
const NAME = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/
const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const MOST_PREFIX = 253

/** What Hetzner keeps for itself, and what this tool does. */
const RESERVED = ['hetzner.cloud/', PREFIX]

/** @param origin where the label was asked for */
export function findLabelProblem(key: string, value: string, origin: Origin, on = 'build server'): Problem | undefined {
  const reserved = RESERVED.find((prefix) => key.startsWith(prefix))
  if (reserved === undefined) return findFormProblem(key, value, origin)
  const message = `the label "${key}" of the ${on} cannot be set`
  return { code: 'config', message, at: origin, hint: `labels that begin with ${reserved} are reserved` }
}

/** What keeps key and value from being those of any label. @param origin where it was asked for */
export function findFormProblem(key: string, value: string, origin: Origin): Problem | undefined {
  const wrong = (message: string, hint: string): Problem => ({ code: 'config', message, at: origin, hint })
  if (!isLabelKey(key)) {
    return wrong(
      `"${key}" cannot be the key of a label`,
      'a key is [PREFIX/]NAME: at most 63 letters, digits, ".", "_" and "-", with a letter or a digit at both ends',
    )
  }
  if (isLabelValue(value)) return undefined
  return wrong(
    `"${value}" cannot be the value of the label "${key}"`,
    'a value is at most 63 letters, digits, ".", "_" and "-", with a letter or a digit at both ends',
  )
}

/** @param labels what is asked for beside the usual ones of a snapshot, or of those that its template gives it */
export function findSnapshotProblems(
  labels: ReadonlyMap<string, Sourced<string>>,
  description: Sourced<string> | undefined,
): Problem[] {
  const problems = [...labels].flatMap(([key, { value, origin }]): Problem[] => {
    if (!COMMON.has(key)) return [findLabelProblem(key, value, origin, 'snapshot') ?? []].flat()
    const hint = 'it says what the snapshot is, and follows from that; choose another key'
    return [{ code: 'config', message: `the label "${key}" of the snapshot cannot be set`, at: origin, hint }]
  })
  if (description === undefined || /^(?=.*\S)\P{Cc}+$/u.test(description.value)) return problems
  const message = 'the description is empty, or holds a line break or another control character'
  return [...problems, { code: 'config', message, at: description.origin, hint: 'give one line of text' }]
}

/** Whether it can be the value of a label. */
export const isLabelValue = (value: string): boolean => value === '' || NAME.test(value)

/** Whether it can be the key of a label: `[PREFIX/]NAME`. */
export function isLabelKey(key: string): boolean {
  const slash = key.lastIndexOf('/')
  if (!NAME.test(key.slice(slash + 1))) return false
  const prefix = key.slice(0, Math.max(0, slash))
  return slash === -1 || (prefix.length <= MOST_PREFIX && prefix.split('.').every((part) => DNS_LABEL.test(part)))
}
