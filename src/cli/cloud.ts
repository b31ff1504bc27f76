/** What a command works with: a project, an Image Factory, and the way to its machines; real, or of the sandbox. */

import type { ProjectToken } from '../config/project-token.ts'
import { type Problem, TalosImageError, throwProblems } from '../errors.ts'
import { FACTORY_URL } from '../factory/asset.ts'
import { createFactoryClient, type FactoryClient } from '../factory/client.ts'
import { createHetznerClient, HETZNER_ENDPOINT, type HetznerClient } from '../hetzner/client.ts'
import type { Project } from '../plan/plan-projects.ts'
import { type ChosenProject, UNNAMED_PROJECT } from '../request/projects.ts'
import { findProxies, type Proxies } from '../util/proxies.ts'
import { registerSecret } from '../util/redact.ts'
import type { Trace } from '../util/trace.ts'
import {
  type ConnectionOptions,
  findAddressProblems,
  findConnectionProblems,
  findFactoryProblems,
  isHttpAllowed,
  openFactoryAccess,
  portOf,
  publicFactoryUrlOf,
  talosPortOf,
} from './connection.ts'
import type { Given } from './define-command.ts'
import { findHcloudContext, type HcloudContext } from './hcloud-context.ts'
import type { Io } from './io.ts'
import { oneLine } from './render/event-line.ts'
import { say } from './say.ts'
import type { CloudFlags } from './shared-flags.ts'
import { shortenHome } from './shorten-home.ts'

export interface CloudOptions extends ConnectionOptions, Given<CloudFlags, 'machines'> {
  /** Of which project; that of HCLOUD_TOKEN, or the sandbox's own, by default. */
  readonly inProject?: ProjectToken | undefined
  /** Whether servers are going to be built with, so that a sandbox checks what they need. */
  readonly needsMachines?: boolean | undefined
}

/** Callbacks for what happens while requests are sent. */
export interface CloudObserver {
  readonly trace?: Trace
  /** Is told, in words, of what makes a request take long; `project` is missing when it has no name, or is all of them. */
  readonly onDelay?: (text: string, project?: string) => void
}

interface Shared {
  /** @throws ProblemsError `usage` when what the environment says of its login or its certificates cannot be */
  readonly factory: FactoryClient
  /** What the Factory is called: see `publicUrl` of {@link FactoryClient}. */
  readonly factoryUrl: string
  readonly sshPort: number
  /** Where Talos answers on servers. */
  readonly talosPort: number
  /** Ends a sandbox that this command started. */
  close(): Promise<void>
}

/** How a project is reached, for programs that talk to it, too. */
export interface Access {
  readonly endpoint: string
  readonly token: string
  readonly proxies?: Proxies | undefined
  /** The context of `hcloud` that the token is of. */
  readonly context?: HcloudContext
}

/** A project that was opened: with how it is reached, or with what keeps it from being reached. */
export type OpenProject = Project &
  ({ readonly hetzner: HetznerClient; readonly access: Access } | { readonly hetzner: Problem })

/** Several projects, each with a client of its own, and one Image Factory. */
export interface Clouds extends Shared {
  readonly projects: readonly OpenProject[]
}

/** The only project of a command. */
export interface Cloud extends Shared {
  readonly hetzner: HetznerClient
  readonly access: Access
}

/** What is missing to open the projects, as far as it can be told without a prompt. */
export function findCloudProblems(
  io: Io,
  options: CloudOptions,
  projects: readonly ChosenProject[] = [options.inProject ?? UNNAMED_PROJECT],
): Problem[] {
  if (options.sandbox === true) return []
  return [...findTokenProblems(io, projects), ...findConnectionProblems(io, options)]
}

/** That none of the projects has a token, so that there is nothing to do anywhere. */
function findTokenProblems(io: Io, projects: readonly ChosenProject[]): Problem[] {
  const problems = projects.flatMap((project) => {
    const found = findToken(io, project)
    if (found !== undefined) return 'message' in found ? found : []
    return project.name === undefined && io.stdinIsTerminal ? [] : noTokenOf(project)
  })
  return problems.length === projects.length ? problems : []
}

/**
 * Opens the only project of a command, or the sandbox, which ignores any real token and endpoint.
 * @throws TalosImageError `token` when there is none; `sandbox` when it cannot be started
 */
export async function openCloud(io: Io, options: CloudOptions, observer: CloudObserver = {}): Promise<Cloud> {
  return toCloud(await openClouds(io, options, [options.inProject ?? UNNAMED_PROJECT], observer))
}

/** The first of the projects, for what works in one. @throws TalosImageError what keeps it from being reached */
export function toCloud(opened: Clouds): Cloud {
  const [project] = opened.projects
  if (project === undefined || !('access' in project)) {
    throw project === undefined ? new RangeError('no project was opened') : new TalosImageError(project.hetzner)
  }
  const { hetzner, access } = project
  const { factoryUrl, sshPort, talosPort, close } = opened
  return {
    hetzner,
    access,
    get factory() {
      return opened.factory
    },
    factoryUrl,
    sshPort,
    talosPort,
    close,
  }
}

/**
 * Opens projects, or projects of these names in the sandbox. One without a token is there, too, with that as its problem;
 * that of HCLOUD_TOKEN is asked for, in a terminal.
 * @throws TalosImageError `sandbox` when that cannot be started; `usage` when the one that runs is not what is asked for
 */
export async function openClouds(
  io: Io,
  options: CloudOptions,
  chosen: readonly ChosenProject[],
  { trace, onDelay }: CloudObserver = {},
): Promise<Clouds> {
  const tell = onDelay ?? ((text, project) => say(io, `${prefixOf(project)}${oneLine(text)}`))
  const open = ({ name, variable }: ChosenProject, access: Access): OpenProject => {
    registerSecret(access.token)
    const hetzner = createHetznerClient({
      ...access,
      tokenName: name !== undefined ? variable : access.context && nameContext(access.context),
      onDelay: (text) => tell(text, name),
      allowHttp: isHttpAllowed(io, options),
      ...(trace === undefined ? {} : { trace: traceIn(trace, name) }),
    })
    return { name, at: name === undefined ? undefined : { kind: 'env', name: variable }, hetzner, access }
  }
  const observed = { onDelay: (text: string) => tell(text), ...(trace ? { trace } : {}) }
  if (options.sandbox === true) {
    const { startSandboxFor, tokenInSandbox } = await import('./start-sandbox.ts')
    const { machines, sshPort: wanted, needsMachines = false } = options
    const sandbox = await startSandboxFor(io, { machines, sshPort: wanted, needsMachines }, chosen)
    const { endpoint, sshPort, talosPort, factoryUrl } = sandbox
    return {
      projects: chosen.map((one) => open(one, { token: tokenInSandbox(sandbox, one), endpoint })),
      factory: createFactoryClient({ ...observed, url: factoryUrl, publicUrl: FACTORY_URL }),
      factoryUrl: FACTORY_URL,
      sshPort,
      talosPort,
      close: () => sandbox.close(),
    }
  }
  const [sshPort, talosPort] = [portOf(io, options), talosPortOf(io)]
  if (typeof sshPort !== 'number') throw new TalosImageError(sshPort)
  if (typeof talosPort !== 'number') throw new TalosImageError(talosPort)
  const { proxies } = findProxies(io.env)
  const projects: OpenProject[] = []
  for (const one of chosen) {
    const found = findToken(io, one) ?? (one.name === undefined ? { token: await askForToken(io) } : noTokenOf(one))
    if ('message' in found) {
      projects.push({ name: one.name, at: { kind: 'env', name: one.variable }, hetzner: found })
      continue
    }
    const { token, context } = found
    const endpoint = (io.env.HCLOUD_ENDPOINT || context?.endpoint || HETZNER_ENDPOINT).replace(/\/+$/, '')
    if (context !== undefined) say(io, oneLine(`Project: ${describeContext(context, io.home)}`))
    projects.push(open(one, { token, endpoint, proxies, ...(context === undefined ? {} : { context }) }))
  }
  let factory: FactoryClient | undefined
  return {
    projects,
    // A command that asks only the project needs no right settings of the Factory.
    get factory() {
      factory ??= createFactoryClient({ ...observed, ...openFactoryAccess(io, options) })
      return factory
    },
    factoryUrl: publicFactoryUrlOf(io, options),
    sshPort,
    talosPort,
    close: async () => undefined,
  }
}

/** What happens in a project, told with its name, if it has one. */
export function traceIn(trace: Trace, project: string | undefined): Trace {
  return project === undefined ? trace : (kind, details) => trace(kind, { project, ...details })
}

/** What a line about a project begins with. */
export const prefixOf = (project: string | undefined): string => (project === undefined ? '' : `${project}: `)

/** Opens the Image Factory alone, for which no token is needed. */
export async function openFactory(
  io: Io,
  options: Pick<CloudOptions, 'sandbox' | 'machines' | 'factoryUrl' | 'allowHttp'>,
): Promise<{ readonly factory: FactoryClient } & AsyncDisposable> {
  throwProblems([...findAddressProblems(io, options), ...findFactoryProblems(io, options)])
  if (options.sandbox !== true) {
    const onDelay = (text: string): void => say(io, oneLine(text))
    const factory = createFactoryClient({ onDelay, ...openFactoryAccess(io, options) })
    return { factory, [Symbol.asyncDispose]: async () => undefined }
  }
  const { factory, close } = await openCloud(io, options)
  return { factory, [Symbol.asyncDispose]: close }
}

export const NO_TOKEN: Problem = {
  code: 'token',
  message: 'there is no API token',
  at: { kind: 'env', name: 'HCLOUD_TOKEN' },
  hint: 'set HCLOUD_TOKEN to a token with "Read & Write" (Hetzner Console, Security, API tokens), or try it with --sandbox',
}

/** That a project's variable is not set. Only that of HCLOUD_TOKEN is asked for: a variable that was named is to be set. */
function noTokenOf({ name, variable }: ChosenProject): Problem {
  if (name === undefined) return NO_TOKEN
  return {
    code: 'token',
    message: 'there is no API token',
    at: { kind: 'env', name: variable },
    hint: `set ${variable} to a token of the project "${name}" with "Read & Write" (Hetzner Console, Security, API tokens)`,
  }
}

/** The token of a project: in its variable, else, when it has no name, in the active context of `hcloud`. */
function findToken(
  io: Io,
  { name, variable }: ChosenProject,
): { readonly token: string; readonly context?: HcloudContext } | Problem | undefined {
  const token = io.env[variable]?.trim() ?? ''
  if (token !== '') return { token }
  const context = name === undefined ? findHcloudContext(io) : undefined
  return context === undefined || 'message' in context ? context : { token: context.token, context }
}

const nameContext = ({ name }: HcloudContext): string => `the context "${name}" of hcloud`

/** Whose token is used when there is no HCLOUD_TOKEN, and what is to be said of its file. */
export function describeContext(context: HcloudContext, home: string | undefined): string {
  const path = shortenHome(context.path, home)
  const remark = context.isOpen ? `, which other users can read (chmod 600 ${path})` : ''
  return `${nameContext(context)}, since HCLOUD_TOKEN is not set; from ${path}${remark}`
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
