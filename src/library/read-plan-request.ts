/** From a few options to everything that is asked for. */

import { resolve } from 'node:path'
import { loadConfiguration } from '../config/load.ts'
import { ARCHITECTURES } from '../domain.ts'
import type { LocalImage, PlanRequest } from '../plan/request.ts'
import { readSchematicFile } from '../plan/schematic-file.ts'
import { PLAIN_SERVER } from '../plan/server-settings.ts'
import { withTemplateVersion } from '../plan/template-images.ts'
import { readRoleSchematics } from '../request/role-schematics.ts'
import { inspectFile } from '../source/inspect-file.ts'
import { ProblemCollector } from '../util/problem-collector.ts'
import { findOptionProblems, type PlanRequestOptions } from './request-options.ts'

/**
 * Reads what is to be planned: variables from all their sources, and schematics. Nobody is asked for anything yet, and
 * nothing of the environment is read that is not given.
 * @throws ProblemsError with everything that is wrong: `usage`, `config`, `schematic` or `source`
 * @example
 * ```ts
 * const request = await readPlanRequest({ variables: { talos_version: 'v1.13' }, architectures: ['arm'] })
 * const roles = await readPlanRequest({ directory: '_packer', roles: ['control-plane', 'worker'], env: process.env })
 * ```
 */
export async function readPlanRequest(options: PlanRequestOptions = {}): Promise<PlanRequest> {
  const { varFiles = [], env = {}, schematicFile, imageFile, sha256 = {} } = options
  const cwd = resolve(options.cwd ?? '.')
  const directory = options.directory === undefined ? undefined : resolve(cwd, options.directory)
  const roles = [...new Set(options.roles)]
  const problems = new ProblemCollector()
  problems.add(...findOptionProblems(options))
  const vars = Object.entries(options.variables ?? {}).map(([name, value]) => `${name}=${value}`)
  const localImage = toLocalImage(imageFile, cwd)
  const [configuration, roleSchematics, schematic] = await Promise.all([
    problems.attempt(() => loadConfiguration({ directory, varFiles, vars, env, cwd })),
    // A local image is built as it is, for whichever role.
    readRoleSchematics(
      { cwd, directory, roles: localImage === undefined && directory !== undefined ? roles : [] },
      problems,
    ),
    schematicFile === undefined
      ? undefined
      : problems.attempt(() => readSchematicFile(cwd, schematicFile, 'schematicFile')),
    localImage?.kind === 'file' ? problems.attempt(() => inspectFile(localImage.path, localImage.at)) : undefined,
  ])
  problems.throw()
  if (configuration === undefined) throw new RangeError('the variables could not be read, for no reason')
  return withTemplateVersion({
    ...configuration,
    architectures: options.architectures ?? ARCHITECTURES,
    roles: roles.length === 0 ? [undefined] : roles,
    roleSchematics,
    schematic,
    localImage,
    sha256,
    force: options.force === true,
    noFallback: options.fallback === false,
    allowBiggerDisk: options.allowBiggerDisk === true,
    server: options.server ?? PLAIN_SERVER,
  })
}

function toLocalImage(imageFile: string | undefined, cwd: string): LocalImage | undefined {
  if (imageFile === undefined) return undefined
  if (imageFile === '-') return { kind: 'stdin' }
  return { kind: 'file', path: resolve(cwd, imageFile), at: { kind: 'flag', name: 'imageFile' } }
}
