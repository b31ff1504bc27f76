/** Opens several projects at once: a client for each, with its own token and budget, and one Image Factory. */

import type { ProjectToken } from '../config/project-token.ts'
import { TalosImageError } from '../errors.ts'
import { FACTORY_URL } from '../factory/asset.ts'
import { createFactoryClient, type FactoryClient } from '../factory/client.ts'
import { createHetznerClient, HETZNER_ENDPOINT, type HetznerClient } from '../hetzner/client.ts'
import type { Project } from '../plan/plan-projects.ts'
import type { Proxies } from '../util/proxies.ts'
import { registerSecret } from '../util/redact.ts'
import type { Trace } from '../util/trace.ts'
import { type CloudOptions, noTokenOf, startSandboxFor, tokenOf } from './cloud.ts'
import { openFactoryAccess, portOf } from './connection.ts'
import type { Io } from './io.ts'
import { tokenIn } from './sandbox-projects.ts'
import { USER_AGENT } from './version.ts'

/** Who watches what goes on underneath, and where. */
export interface ProjectsWatch {
  readonly trace?: Trace
  /** `project` is missing when it concerns all of them. */
  readonly onDelay: (text: string, project?: string) => void
}

export interface ProjectsCloud {
  readonly projects: readonly Project[]
  readonly factory: FactoryClient
  readonly sshPort: number
  /** Ends a sandbox that this command started. */
  close(): Promise<void>
}

/**
 * Opens the projects, or projects of these names in the sandbox. One without a token is there, too, with that as its problem.
 * @throws TalosImageError `sandbox` when that cannot be started; `usage` when the one that runs lacks a project
 */
export async function openProjects(
  io: Io,
  options: CloudOptions,
  chosen: readonly ProjectToken[],
  { trace, onDelay }: ProjectsWatch,
): Promise<ProjectsCloud> {
  const toClient = (
    { name, variable }: ProjectToken,
    token: string,
    where: { endpoint: string; proxies?: Proxies | undefined },
  ): HetznerClient => {
    registerSecret(token)
    return createHetznerClient({
      userAgent: USER_AGENT,
      token,
      tokenName: variable,
      ...where,
      onDelay: (text) => onDelay(text, name),
      ...(trace === undefined ? {} : { trace: traceIn(trace, name) }),
    })
  }
  const toProject = (project: ProjectToken, hetzner: Project['hetzner']): Project => {
    return { name: project.name, at: { kind: 'env', name: project.variable }, hetzner }
  }
  const watched = { userAgent: USER_AGENT, onDelay: (text: string) => onDelay(text), ...(trace ? { trace } : {}) }
  if (options.sandbox === true) {
    const sandbox = await startSandboxFor(io, options, chosen)
    return {
      projects: chosen.map((one) =>
        toProject(one, toClient(one, tokenIn(sandbox, one), { endpoint: sandbox.endpoint })),
      ),
      factory: createFactoryClient({ ...watched, url: sandbox.factoryUrl, publicUrl: FACTORY_URL }),
      sshPort: sandbox.sshPort,
      close: () => sandbox.close(),
    }
  }
  const sshPort = portOf(io, options)
  if (typeof sshPort !== 'number') throw new TalosImageError(sshPort)
  const factory = openFactoryAccess(io, options)
  const where = { endpoint: io.env.HCLOUD_ENDPOINT || HETZNER_ENDPOINT, proxies: factory.proxies }
  return {
    projects: chosen.map((one) => {
      const token = tokenOf(io, one)
      return toProject(one, token === undefined ? noTokenOf(one) : toClient(one, token, where))
    }),
    factory: createFactoryClient({ ...watched, ...factory }),
    sshPort,
    close: async () => undefined,
  }
}

/** What happens in a project, told with its name. */
export function traceIn(trace: Trace, project: string): Trace {
  return (kind, details) => trace(kind, { project, ...details })
}
