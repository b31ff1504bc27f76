/** What a command works with: a project, an Image Factory, and the way to its machines; real, or of the sandbox. */

import type { MachineKindName, Sandbox } from 'hcloud-sandbox'
import type { ProjectToken } from '../config/project-token.ts'
import { type Problem, TalosImageError, throwProblems } from '../errors.ts'
import { FACTORY_URL } from '../factory/asset.ts'
import { createFactoryClient, type FactoryClient } from '../factory/client.ts'
import { createHetznerClient, HETZNER_ENDPOINT, type HetznerClient } from '../hetzner/client.ts'
import { printable } from '../util/printable.ts'
import { findProxies, type Proxies } from '../util/proxies.ts'
import { redact, registerSecret } from '../util/redact.ts'
import type { Trace } from '../util/trace.ts'
import {
  type ConnectionOptions,
  factoryUrlOf,
  findAddressProblems,
  findConnectionProblems,
  findFactoryProblems,
  openFactoryAccess,
  portOf,
} from './connection.ts'
import type { Io } from './io.ts'
import { SANDBOX_NAMES } from './sandbox-names.ts'
import { toGrants, tokenIn } from './sandbox-projects.ts'
import { say } from './say.ts'
import { USER_AGENT } from './version.ts'

export interface CloudOptions extends ConnectionOptions {
  /** What the servers of a sandbox that this command starts are; namespaces by default. */
  readonly machines?: MachineKindName | undefined
  /** Of which project; that of HCLOUD_TOKEN, or the sandbox's own, by default. */
  readonly inProject?: ProjectToken | undefined
}

/** Who watches what goes on underneath. */
export interface CloudWatch {
  readonly trace?: Trace
  /** Is told, in words, of what makes a request take long. */
  readonly onDelay?: (text: string) => void
}

export interface Cloud {
  readonly hetzner: HetznerClient
  /** @throws ProblemsError `usage` when what the environment says of its login or its certificates cannot be */
  readonly factory: FactoryClient
  /** What the Factory is called: see `publicUrl` of {@link FactoryClient}. */
  readonly factoryUrl: string
  readonly sshPort: number
  /** For programs that talk to the same project. */
  readonly access: { readonly endpoint: string; readonly token: string; readonly proxies?: Proxies | undefined }
  /** Ends a sandbox that this command started. */
  close(): Promise<void>
}

/** What is missing to open the cloud, as far as it can be told without asking a person. */
export function findCloudProblems(io: Io, options: CloudOptions): Problem[] {
  if (options.sandbox === true) return []
  const { inProject } = options
  if (tokenOf(io, inProject) !== undefined) return findConnectionProblems(io, options)
  if (inProject !== undefined) return [noTokenOf(inProject), ...findConnectionProblems(io, options)]
  return [...(io.stdinIsTerminal ? [] : [NO_TOKEN]), ...findConnectionProblems(io, options)]
}

/**
 * Opens the project that HCLOUD_TOKEN belongs to, or the sandbox, which ignores any real token and endpoint.
 * @throws TalosImageError `token` when there is none; `sandbox` when it cannot be started
 */
export async function openCloud(io: Io, options: CloudOptions, watch: CloudWatch = {}): Promise<Cloud> {
  const watched = { userAgent: USER_AGENT, onDelay: (text: string) => say(io, printable(redact(text))), ...watch }
  if (options.sandbox === true) return openSandbox(io, options, watched)
  const sshPort = portOf(io, options)
  if (typeof sshPort !== 'number') throw new TalosImageError(sshPort)
  const { inProject } = options
  const given = tokenOf(io, inProject)
  if (given === undefined && inProject !== undefined) throw new TalosImageError(noTokenOf(inProject))
  const token = given ?? (await askForToken(io))
  registerSecret(token)
  const { proxies } = findProxies(io.env)
  const factoryUrl = factoryUrlOf(io, options)
  let factory: FactoryClient | undefined
  const access = { token, endpoint: (io.env.HCLOUD_ENDPOINT || HETZNER_ENDPOINT).replace(/\/+$/, ''), proxies }
  return {
    access,
    hetzner: createHetznerClient({ ...watched, ...access, tokenName: inProject?.variable }),
    // What only asks the project is not kept from it.
    get factory() {
      factory ??= createFactoryClient({ ...watched, ...openFactoryAccess(io, options) })
      return factory
    },
    factoryUrl,
    sshPort,
    close: async () => undefined,
  }
}

async function openSandbox(
  io: Io,
  options: CloudOptions,
  watched: CloudWatch & { readonly userAgent: string },
): Promise<Cloud> {
  const { inProject } = options
  const sandbox = await startSandboxFor(io, options, inProject === undefined ? [] : [inProject])
  const access = { token: tokenIn(sandbox, inProject), endpoint: sandbox.endpoint }
  return {
    access,
    hetzner: createHetznerClient({ ...watched, ...access }),
    factory: createFactoryClient({ ...watched, url: sandbox.factoryUrl, publicUrl: FACTORY_URL }),
    factoryUrl: FACTORY_URL,
    sshPort: sandbox.sshPort,
    close: () => sandbox.close(),
  }
}

/**
 * Starts the sandbox, with projects beside its own one, or finds the one that runs.
 * @throws TalosImageError `usage` when the one that runs has other machines, or lacks one of the projects
 */
export async function startSandboxFor(
  io: Io,
  { machines, sshPort }: CloudOptions,
  projects: readonly ProjectToken[],
): Promise<Sandbox> {
  const { readSandboxEnvironment, startSandbox } = await import('hcloud-sandbox')
  const tokens = toGrants(projects)
  const sandbox = await startSandbox({
    ...readSandboxEnvironment(io, SANDBOX_NAMES),
    machines,
    sshPort,
    tokens,
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
  for (const project of projects) tokenIn(sandbox, project)
  for (const { token } of sandbox.tokens) registerSecret(token)
  const state = shortenHome(sandbox.stateDir, io.home)
  say(io, `Sandbox: an emulated cloud on this computer, nothing real is touched. Its state: ${state}`)
  return sandbox
}

/** Opens the Image Factory alone, for which no token is needed. */
export async function openFactory(
  io: Io,
  options: Pick<CloudOptions, 'sandbox' | 'machines' | 'factoryUrl'>,
): Promise<{ readonly factory: FactoryClient } & AsyncDisposable> {
  throwProblems([...findAddressProblems(io, options), ...findFactoryProblems(io, options)])
  if (options.sandbox !== true) {
    const factory = createFactoryClient({ userAgent: USER_AGENT, ...openFactoryAccess(io, options) })
    return { factory, [Symbol.asyncDispose]: async () => undefined }
  }
  const { factory, close } = await openCloud(io, options)
  return { factory, [Symbol.asyncDispose]: close }
}

const NO_TOKEN: Problem = {
  code: 'token',
  message: 'there is no API token',
  at: { kind: 'env', name: 'HCLOUD_TOKEN' },
  hint: 'set HCLOUD_TOKEN to a token with "Read & Write" (Hetzner Console, Security, API tokens), or try it with --sandbox',
}

/** That a project's variable is not set. Nobody is asked for it: who names a variable means to set it. */
export function noTokenOf({ name, variable }: ProjectToken): Problem {
  return {
    code: 'token',
    message: 'there is no API token',
    at: { kind: 'env', name: variable },
    hint: `set ${variable} to a token of the project "${name}" with "Read & Write" (Hetzner Console, Security, API tokens)`,
  }
}

/** That none of the projects has a token, so that there is nothing to do anywhere. */
export function findTokenProblems(io: Io, projects: readonly ProjectToken[]): Problem[] {
  return projects.some((project) => tokenOf(io, project) !== undefined) ? [] : projects.map(noTokenOf)
}

/** The token of a project, or that of HCLOUD_TOKEN; undefined when it is not set. */
export function tokenOf({ env }: Io, inProject?: ProjectToken): string | undefined {
  const token = env[inProject?.variable ?? 'HCLOUD_TOKEN']?.trim()
  return token === undefined || token === '' ? undefined : token
}

async function askForToken(io: Io): Promise<string> {
  if (!io.stdinIsTerminal) throw new TalosImageError(NO_TOKEN)
  const { default: password } = await import('@inquirer/password')
  try {
    const token = await password(
      { message: 'Hetzner Cloud API token:', mask: true },
      { output: process.stderr, signal: io.signal },
    )
    if (token.trim() !== '') return token.trim()
  } catch (error) {
    io.signal.throwIfAborted()
    // Ctrl-C and Ctrl-D at the prompt.
    if (error instanceof Error && error.name === 'ExitPromptError') {
      throw new TalosImageError({ code: 'interrupted', message: 'no token was given' })
    }
    throw error
  }
  throw new TalosImageError(NO_TOKEN)
}

/** A path as people write it: `~/.local/state`. */
const shortenHome = (path: string, home: string): string =>
  home !== '/' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
