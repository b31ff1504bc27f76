/** What commands open before they do anything: the project that their flags name, or the Image Factory alone. */

import { type Problem, throwProblems } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { Cloud } from './cloud.ts'
import type { Given, Values } from './define-command.ts'
import type { Io } from './io.ts'
import type { CloudFlags, ProjectFlags, variableFlags } from './shared-flags.ts'

/** What the flags say of the cloud. @throws ProblemsError `usage` or `config` when they name a project that does not exist */
export async function toCloudOptions(
  io: Io,
  {
    sandbox,
    machines,
    factoryUrl,
    allowHttp,
    project,
    config,
    directory,
  }: Omit<ProjectFlags, 'output'> & Given<Values<typeof variableFlags>, 'directory'>,
) {
  const { chooseProject } = await import('../request/projects.ts')
  const inProject = await chooseProject(io, { project, config, directory, sandbox })
  return { sandbox, machines, factoryUrl, allowHttp, inProject }
}

/** What is wrong with how the flags, and the environment, say that the Image Factory is reached. */
export async function findFactoryFlagProblems(io: Io, { sandbox, factoryUrl }: Omit<CloudFlags, 'output'>) {
  return (await import('./connection.ts')).findFactoryProblems(io, { sandbox, factoryUrl })
}

/**
 * Opens the project that the flags name, or that of HCLOUD_TOKEN, or the sandbox.
 * @param wrong what else is wrong, to be said with what is wrong with the flags
 * @throws ProblemsError with everything that is wrong
 */
export async function openProject(
  io: Io,
  flags: Omit<ProjectFlags, 'output'>,
  wrong: readonly Problem[] = [],
): Promise<Cloud & AsyncDisposable> {
  const options = await toCloudOptions(io, flags)
  const { findCloudProblems, openCloud } = await import('./cloud.ts')
  throwProblems([...findCloudProblems(io, options), ...wrong])
  const cloud = await openCloud(io, options)
  return Object.assign(cloud, { [Symbol.asyncDispose]: () => cloud.close() })
}

/** Opens the Image Factory, for which no token is needed. */
export async function openFactory(
  io: Io,
  { sandbox, machines, factoryUrl, allowHttp }: Omit<CloudFlags, 'output'>,
): Promise<{ readonly factory: FactoryClient } & AsyncDisposable> {
  return (await import('./cloud.ts')).openFactory(io, { sandbox, machines, factoryUrl, allowHttp })
}
