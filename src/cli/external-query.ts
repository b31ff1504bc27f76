/** The query that Terraform's `external` data source gives on standard input. */

import semver from 'semver'
import {
  ARCHITECTURES,
  type Architecture,
  hintArchitecture,
  isRoleName,
  NO_ROLE,
  ROLE_RULE,
  type Role,
  toArchitecture,
} from '../domain.ts'
import { type Problem, throwProblems } from '../errors.ts'
import { joinSelector } from '../plan/selector.ts'
import { didYouMean } from '../util/near.ts'

/** Which snapshot is asked for. */
export interface ExternalQuery {
  readonly architecture: Architecture
  /** A Hetzner label selector, whole. */
  readonly selector: string
  /** undefined for generic images; null when a selector was given, which may mean any. */
  readonly role: Role | undefined | null
  readonly talosVersion: string | undefined
}

const KEYS = ['architecture', 'role', 'selector', 'talos_version'] as const
type Given = Partial<Record<(typeof KEYS)[number], string>>

const EXAMPLE = `{"architecture": "x86", "role": "worker"}`
const SHAPE = `give a JSON object of text, such as ${EXAMPLE}`

const usage = (message: string, hint?: string): Problem => ({ code: 'usage', message, hint })

/** @throws ProblemsError `usage` with everything that is wrong with the query */
export function parseExternalQuery(text: string): ExternalQuery {
  const problems: Problem[] = []
  const { given, wrong } = readGiven(text, problems)
  const role = readRole(given.role, problems)
  const architecture = wrong.has('architecture') ? undefined : readArchitecture(given.architecture, problems)
  const { selector, talos_version: talosVersion } = given
  if (selector !== undefined && given.role !== undefined) {
    problems.push(usage('the query has a role and a selector', 'a role has its own selector: leave one of the two out'))
  }
  if (talosVersion !== undefined && !(talosVersion.startsWith('v') && semver.valid(talosVersion) !== null)) {
    const hint = 'labels hold whole versions, such as v1.13.9; without talos_version the newest snapshot is taken'
    problems.push(usage(`query talos_version: "${talosVersion}" is not a whole version`, hint))
  }
  throwProblems(problems)
  if (architecture === undefined) throw new RangeError('there is no architecture, and no problem that says so')
  return {
    architecture,
    selector: joinSelector({ selector, role, version: talosVersion }),
    role: selector === undefined ? role : null,
    talosVersion,
  }
}

/** The keys that are known, with text that is not empty: Terraform has no other way to leave one out in an expression. */
function readGiven(text: string, problems: Problem[]): { readonly given: Given; readonly wrong: ReadonlySet<string> } {
  const given: Given = {}
  const wrong = new Set<string>()
  for (const [key, value] of Object.entries(readObject(text))) {
    const known = KEYS.find((one) => one === key)
    if (known === undefined) {
      const hint = didYouMean(key, KEYS) ?? `there are ${KEYS.join(', ')}`
      problems.push(usage(`query: there is no key "${key}"`, hint))
    } else if (typeof value !== 'string') {
      wrong.add(key)
      problems.push(
        usage(`query ${key}: ${JSON.stringify(value)} is not text`, 'put it in quotes; leave it out for none'),
      )
    } else if (value !== '') given[known] = value
  }
  return { given, wrong }
}

/** @throws ProblemsError `usage` when it is not even an object, since then there is nothing else to say */
function readObject(text: string): object {
  if (text.trim() === '') throwProblems([usage('there is no query on standard input', SHAPE)])
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throwProblems([usage(`the query is not JSON: ${error instanceof Error ? error.message : error}`, SHAPE)])
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throwProblems([usage('the query is not a JSON object', SHAPE)])
  return {}
}

const WORDS = ARCHITECTURES.map((one) => `"${one}"`).join(' or ')

function readArchitecture(text: string | undefined, problems: Problem[]): Architecture | undefined {
  const architecture = toArchitecture(text)
  if (architecture !== undefined) return architecture
  if (text === undefined) problems.push(usage('the query has no architecture', `add "architecture": ${WORDS}`))
  else problems.push(usage(`query architecture: there is no "${text}"`, hintArchitecture(text)))
  return undefined
}

/** `none`, as for other commands, and nothing at all are generic images. */
function readRole(text: string | undefined, problems: Problem[]): Role | undefined {
  if (text === undefined || text === NO_ROLE) return undefined
  if (!isRoleName(text)) {
    const hint = `use ${ROLE_RULE}; or none for generic images`
    problems.push(usage(`query role: "${text}" is not the name of a role`, hint))
  }
  return text
}
