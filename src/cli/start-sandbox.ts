/** The sandbox that a command starts, or finds; each project in it has a token of its own, which the sandbox makes. */

import { type MachineKindName, readSandboxEnvironment, type Sandbox, startSharedSandbox } from 'hcloud-sandbox'
import { toTalosImageError } from '../errors.ts'
import type { ChosenProject } from '../request/projects.ts'
import { registerSecret } from '../util/redact.ts'
import type { Io } from './io.ts'
import { SANDBOX_NAMES } from './sandbox-names.ts'
import { say } from './say.ts'
import { shortenHome } from './shorten-home.ts'

/** What is asked of the sandbox. */
export interface SandboxWish {
  readonly machines: MachineKindName | undefined
  readonly sshPort: number | undefined
  /** Whether servers are going to be built with. */
  readonly needsMachines: boolean
}

/**
 * Starts the sandbox, with projects beside its own one, or uses the one that runs, together with others.
 * @throws SandboxError `usage` when the one that runs is another than is asked for; `sandbox` when it cannot run here
 */
export async function startSandboxFor(io: Io, wish: SandboxWish, projects: readonly ChosenProject[]): Promise<Sandbox> {
  const sandbox = await startSharedSandbox({
    ...readSandboxEnvironment(io, SANDBOX_NAMES),
    ...wish,
    projects: projects.flatMap(({ name }) => name ?? []),
    onProgress: (line) => say(io, line),
    onLost: (error) => io.giveUp(toTalosImageError(error)),
    signal: io.signal,
  })
  for (const { token } of sandbox.tokens) registerSecret(token)
  const state = shortenHome(sandbox.stateDir, io.home)
  say(io, `Sandbox: an emulated cloud on this computer, nothing real is touched. Its state: ${state}`)
  return sandbox
}

/** The token of a project in the sandbox; its own one's when none is named. */
export function tokenInSandbox({ token, tokens }: Sandbox, { name }: ChosenProject): string {
  if (name === undefined) return token
  const found = tokens.find(({ project }) => project === name)
  if (found === undefined) throw new RangeError(`the sandbox has no project ${name}`)
  return found.token
}
