/** The files that a build in several projects leaves: one for each project, but for a manifest that holds them all. */

import { type Problem, TalosImageError } from '../errors.ts'
import type { ProjectsDocument } from '../report/projects.ts'
import { ProblemCollector } from '../util/problem-collector.ts'
import type { Io } from './io.ts'
import { writeJsonFile } from './output.ts'
import { findPathProblem, hasProjectPlace, toProjectPath } from './project-path.ts'
import { checkResultFiles, type ResultFileFlags, writeResultFiles } from './result-files.ts'
import { showError } from './show-problem.ts'

/** Everything that is wrong with the files, before there is something to write. @param projects their names */
export async function findFileProblems(
  io: Io,
  flags: ResultFileFlags,
  projects: readonly string[],
): Promise<readonly Problem[]> {
  const { tfvars, packerManifest } = flags
  const problems = new ProblemCollector()
  for (const [flag, path] of Object.entries({ '--tfvars': tfvars, '--packer-manifest': packerManifest })) {
    if (path !== undefined) problems.add(findPathProblem(flag, path, projects.length))
  }
  for (const one of [commonFile(flags), ...projects.map((project) => filesOf(flags, project))]) {
    await problems.attempt(() => checkResultFiles(io, one))
  }
  return problems.all
}

/** Whether all of them were written; what could not be is shown. */
export async function writeProjectFiles(io: Io, flags: ResultFileFlags, document: ProjectsDocument): Promise<boolean> {
  const written = [await writeCommonFile(io, commonFile(flags), document)]
  for (const result of document.projects) {
    written.push(await writeResultFiles(io, filesOf(flags, result.project), result))
  }
  return written.every(Boolean)
}

async function writeCommonFile(io: Io, { manifest }: ResultFileFlags, document: ProjectsDocument): Promise<boolean> {
  if (manifest === undefined) return true
  try {
    await writeJsonFile(io, manifest, '--manifest', document)
    return true
  } catch (error) {
    if (!(error instanceof TalosImageError)) throw error
    for (const problem of error.problems) showError(io, problem)
    return false
  }
}

/** The manifest of all projects, unless each has its own. */
function commonFile({ manifest }: ResultFileFlags): ResultFileFlags {
  return manifest === undefined || hasProjectPlace(manifest) ? {} : { manifest }
}

function filesOf({ manifest, tfvars, packerManifest }: ResultFileFlags, project: string): ResultFileFlags {
  return {
    ...(manifest === undefined || !hasProjectPlace(manifest) ? {} : { manifest: toProjectPath(manifest, project) }),
    ...(tfvars === undefined ? {} : { tfvars: toProjectPath(tfvars, project) }),
    ...(packerManifest === undefined ? {} : { packerManifest: toProjectPath(packerManifest, project) }),
  }
}
