/** Projects in the sandbox: each has a token of its own, which the sandbox makes. */

import type { Sandbox, TokenGrant } from 'hcloud-sandbox'
import { makeToken } from 'hcloud-sandbox'
import type { ProjectToken } from '../config/project-token.ts'
import { TalosImageError } from '../errors.ts'

/** The project that a sandbox has when none is named. */
const OWN = 'sandbox'

/** A token for the sandbox's own project and for each of the others; undefined when there are no others. */
export function toGrants(projects: readonly ProjectToken[]): readonly [TokenGrant, ...TokenGrant[]] | undefined {
  if (projects.length === 0) return undefined
  const grant = (project: string): TokenGrant => ({ token: makeToken(), project, readOnly: false })
  return [grant(OWN), ...projects.filter(({ name }) => name !== OWN).map(({ name }) => grant(name))]
}

/**
 * The token of a project in the sandbox; its own one's when none is named.
 * @throws TalosImageError `usage` when a sandbox that ran already has no such project
 */
export function tokenIn({ token, tokens, stateDir }: Sandbox, project?: ProjectToken): string {
  if (project === undefined) return token
  const found = tokens.find((one) => one.project === project.name)
  if (found !== undefined) return found.token
  throw new TalosImageError({
    code: 'usage',
    message: `the sandbox that runs on ${stateDir} has no project "${project.name}"`,
    at: { kind: 'flag', name: '--project' },
    hint: `it has ${tokens.map((one) => one.project).join(', ')}; end it, or start it with --project ${project.name}, too`,
  })
}
