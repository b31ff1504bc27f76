/** The sandbox that a command starts, or finds; each project in it has a token of its own, which the sandbox makes. */

import {
  type MachineKindName,
  makeToken,
  readSandboxEnvironment,
  type Sandbox,
  startSandbox,
  type TokenGrant,
} from 'hcloud-sandbox'
import { TalosImageError } from '../errors.ts'
import type { ChosenProject } from '../request/projects.ts'
import { registerSecret } from '../util/redact.ts'
import type { Io } from './io.ts'
import { SANDBOX_NAMES } from './sandbox-names.ts'
import { say } from './say.ts'

/**
 * Starts the sandbox, with projects beside its own one, or finds the one that runs.
 * @throws TalosImageError `usage` when the one that runs has other machines, or lacks one of the projects
 */
export async function startSandboxFor(
  io: Io,
  { machines, sshPort }: { readonly machines: MachineKindName | undefined; readonly sshPort: number | undefined },
  projects: readonly ChosenProject[],
): Promise<Sandbox> {
  const tokens = toGrants(projects)
  const sandbox = await startSandbox({
    ...readSandboxEnvironment(io, SANDBOX_NAMES),
    machines,
    sshPort,
    tokens,
    onProgress: (line) => say(io, line),
    signal: io.signal,
  })
  if (sandbox.attached && machines !== undefined && sandbox.machines !== machines) {
    throw new TalosImageError({
      code: 'usage',
      message: `a sandbox with ${sandbox.machines} machines runs already on ${sandbox.stateDir}`,
      at: { kind: 'flag', name: '--machines' },
      hint: 'leave the flag out to use that one, or end it first',
    })
  }
  for (const project of projects) tokenInSandbox(sandbox, project)
  for (const { token } of sandbox.tokens) registerSecret(token)
  const state = shortenHome(sandbox.stateDir, io.home)
  say(io, `Sandbox: an emulated cloud on this computer, nothing real is touched. Its state: ${state}`)
  return sandbox
}

/** The project that a sandbox has when none is named. */
const OWN = 'sandbox'

/** A token for the sandbox's own project and for each of the others; undefined when there are no others. */
function toGrants(projects: readonly ChosenProject[]): readonly [TokenGrant, ...TokenGrant[]] | undefined {
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

/** A path as people write it: `~/.local/state`. */
const shortenHome = (path: string, home: string): string =>
  home !== '/' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
