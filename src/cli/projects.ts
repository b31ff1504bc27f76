/** Which projects a command works in: those of the flags, else those of the settings file. */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  defaultVariable,
  findNameProblem,
  findRepetitions,
  findVariableProblem,
  hideTokens,
  type NamedProject,
  type ProjectToken,
} from '../config/project-token.ts'
import { readSettings, SETTINGS_FILE } from '../config/settings-file.ts'
import { displayName, readSourceFile } from '../config/source-file.ts'
import { type Origin, type Problem, throwProblems } from '../errors.ts'
import { didYouMean } from '../util/near.ts'
import { registerSecret } from '../util/redact.ts'
import type { Io } from './io.ts'
import { findDirectory } from './request.ts'

/** The flags that say so. */
export interface ProjectFlags {
  /** `NAME` or `NAME=VARIABLE`. */
  readonly project?: readonly string[]
  /** A settings file; else that of the directory is read, if there is one. */
  readonly config?: string
  readonly directory?: string
  readonly sandbox?: boolean | undefined
}

/** The projects, and what is wrong with how they were named. */
export interface ChosenProjects {
  readonly projects: readonly ProjectToken[]
  readonly problems: readonly Problem[]
}

/** Whether a command is about projects that were named, well or badly. */
export function hasProjects({ projects, problems }: ChosenProjects): boolean {
  return projects.length > 0 || problems.length > 0
}

const FLAG: Origin = { kind: 'flag', name: '--project' }

/**
 * All projects of the settings file, or those that `--project` names: with a variable of their own (`NAME=VARIABLE`), else
 * with the file's, else with HCLOUD_TOKEN_NAME where there is no file. None at all for a command without projects.
 */
export async function chooseProjects(io: Io, flags: ProjectFlags): Promise<ChosenProjects> {
  const file = await readFile(io, flags)
  const named = flags.project ?? []
  const chosen = named.length === 0 ? { projects: file.projects, problems: [] } : readFlags(named, file, flags)
  const problems = [...file.problems, ...chosen.problems]
  // A sandbox has tokens of its own.
  return {
    projects: chosen.projects,
    problems: flags.sandbox === true ? problems : [...problems, ...findTwins(io, chosen)],
  }
}

/**
 * The one project that a command is to work in; undefined when none is named.
 * @throws ProblemsError `usage` or `config` when there is no such project
 */
export async function chooseProject(
  io: Io,
  { project, ...flags }: Omit<ProjectFlags, 'project'> & { readonly project?: string | undefined },
): Promise<ProjectToken | undefined> {
  if (project === undefined) return undefined
  const { projects, problems } = await chooseProjects(io, { ...flags, project: [project] })
  throwProblems(problems)
  return projects[0]
}

interface SettingsFile extends ChosenProjects {
  /** undefined when there is none. */
  readonly name: string | undefined
}

async function readFile(io: Io, { config, directory }: ProjectFlags): Promise<SettingsFile> {
  const path =
    config === undefined
      ? join(resolve(io.cwd, directory ?? (await findDirectory(io.cwd)) ?? '.'), SETTINGS_FILE)
      : resolve(io.cwd, config)
  if (config === undefined && !existsSync(path)) return { name: undefined, projects: [], problems: [] }
  const name = displayName(path, io.cwd)
  const file = await readSourceFile(path, name)
  if ('message' in file) return { name, projects: [], problems: [file] }
  const { items, problems } = readSettings(file)
  if (config === undefined || items.length > 0 || problems.length > 0) return { name, projects: items, problems }
  const empty = {
    code: 'config',
    message: 'there are no projects in this file',
    at: { kind: 'file', file: name },
  } as const
  return { name, projects: [], problems: [{ ...empty, hint: 'write "projects:", and a list below it' }] }
}

function readFlags(named: readonly string[], file: SettingsFile, { sandbox }: ProjectFlags): ChosenProjects {
  const problems: Problem[] = []
  const projects: NamedProject[] = []
  for (const text of named) {
    const [name = '', ...rest] = text.split('=')
    const variable = rest.length === 0 ? undefined : rest.join('=')
    // It may be a token: whatever shows it from now on shows it not.
    if (variable !== undefined && hideTokens(variable) !== variable) registerSecret(variable)
    const known = file.projects.find((one) => one.name === name)
    const found = [
      findNameProblem(name, FLAG),
      ...(variable === undefined ? [] : [findVariableProblem(variable, name, FLAG)]),
    ].filter((problem) => problem !== undefined)
    const isUnknown = variable === undefined && known === undefined && file.projects.length > 0 && sandbox !== true
    if (found.length === 0 && isUnknown) found.push(toUnknown(name, file))
    problems.push(...found)
    if (found.length > 0) continue
    projects.push({ name, variable: variable ?? known?.variable ?? defaultVariable(name), at: FLAG })
  }
  return { projects, problems: [...problems, ...findRepetitions(projects)] }
}

function toUnknown(name: string, file: SettingsFile): Problem {
  const names = file.projects.map((one) => one.name)
  const near = didYouMean(name, names) ?? `there are ${names.join(', ')}`
  const hint = `${near}; or name its variable: --project ${name}=${defaultVariable(name)}`
  return { code: 'usage', message: `${file.name} has no project "${name}"`, at: FLAG, hint }
}

/** Two variables with the same token are the same project, in which each image would be built twice. */
function findTwins({ env }: Io, { projects }: Pick<ChosenProjects, 'projects'>): Problem[] {
  return projects.flatMap(({ name, variable }, index) => {
    const token = env[variable]?.trim() ?? ''
    const twin = projects.slice(0, index).find((one) => token !== '' && env[one.variable]?.trim() === token)
    if (twin === undefined || twin.variable === variable) return []
    const message = `the projects "${twin.name}" and "${name}" have the same token`
    const hint = `a token belongs to one project: set ${variable} to that of "${name}"`
    return [{ code: 'token', message, at: { kind: 'env', name: variable }, hint } as const]
  })
}
