/** Projects in the sandbox: each has a token of its own, which the sandbox makes. */

import type { Sandbox, TokenGrant } from 'hcloud-sandbox'
import { makeToken } from 'hcloud-sandbox'
import { TalosImageError } from '../errors.ts'
import type { ChosenProject } from '../request/projects.ts'

/** The project that a sandbox has when none is named. */
const OWN = 'sandbox'

/** A token for the sandbox's own project and for each of the others; undefined when there are no others. */
export function toGrants(projects: readonly ChosenProject[]): readonly [TokenGrant, ...TokenGrant[]] | undefined {
  const names = projects.flatMap(({ name }) => name ?? [])
  if (names.length === 0) return undefined
  const grant = (project: string): TokenGrant => ({ token: makeToken(), project, readOnly: false })
  return [grant(OWN), ...names.filter((name) => name !== OWN).map(grant)]
}

/**
 * The token of a project in the sandbox; its own one's when none is named.
 * @throws TalosImageError `usage` when a sandbox that ran already has no such project
 */
export function tokenInSandbox({ token, tokens, stateDir }: Sandbox, { name }: ChosenProject): string {
  if (name === undefined) return token
  const found = tokens.find(({ project }) => project === name)
  if (found !== undefined) return found.token
  throw new TalosImageError({
    code: 'usage',
    message: `the sandbox that runs on ${stateDir} has no project "${name}"`,
    at: { kind: 'flag', name: '--project' },
    hint: `it has ${tokens.map((one) => one.project).join(', ')}; end it, or start it with --project ${name}, too`,
  })
}
