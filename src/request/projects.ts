/** Which projects a command works in: those of the flags, else those of the settings file. */

import {
  defaultVariable,
  findNameProblem,
  findRepetitions,
  findVariableProblem,
  hideTokens,
  type NamedProject,
  type ProjectToken,
} from '../config/project-token.ts'
import { type Origin, type Problem, throwProblems } from '../errors.ts'
import { didYouMean } from '../util/near.ts'
import { registerSecret } from '../util/redact.ts'
import { findDirectory } from './directory.ts'
import { findSettingsFile, readSettingsFile } from './settings.ts'

export interface ProjectFlags {
  /** `NAME` or `NAME=VARIABLE`. */
  readonly project: readonly string[] | undefined
  /** A settings file; else that of the directory is read, if there is one. */
  readonly config: string | undefined
  readonly directory: string | undefined
  readonly sandbox: boolean | undefined
}

/** A project that something is done in: one that was named, or that of HCLOUD_TOKEN. */
export interface ChosenProject {
  /** undefined: it is the only one, and was not named. */
  readonly name: string | undefined
  /** The environment variable that holds the project's token. */
  readonly variable: string
}

/** The project that a command works in when none is named. */
export const UNNAMED_PROJECT: ChosenProject = { name: undefined, variable: 'HCLOUD_TOKEN' }

/** The projects, and what is wrong with how they were named. */
export interface ChosenProjects {
  readonly projects: readonly ChosenProject[]
  /** Whether they were named, well or badly; otherwise there is one, that of HCLOUD_TOKEN. */
  readonly isNamed: boolean
  readonly problems: readonly Problem[]
}

/** The process as far as the reader needs it. */
interface Surroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const FLAG: Origin = { kind: 'flag', name: '--project' }

/**
 * All projects of the settings file, or those that `--project` names: with a variable of their own (`NAME=VARIABLE`), else
 * with the file's, else with HCLOUD_TOKEN_NAME where there is no file. That of HCLOUD_TOKEN when none is named.
 */
export async function chooseProjects(from: Surroundings, flags: ProjectFlags): Promise<ChosenProjects> {
  const { projects, problems } = await findNamed(from, flags)
  const isNamed = projects.length > 0 || problems.length > 0
  return { projects: isNamed ? projects : [UNNAMED_PROJECT], isNamed, problems }
}

async function findNamed(from: Surroundings, flags: ProjectFlags): Promise<NamedProjects> {
  const file = await readFile(from, flags)
  const named = flags.project ?? []
  const chosen = named.length === 0 ? { projects: file.projects, problems: [] } : readFlags(named, file, flags)
  const problems = [...file.problems, ...chosen.problems]
  // A sandbox has tokens of its own.
  return {
    projects: chosen.projects,
    problems: flags.sandbox === true ? problems : [...problems, ...findSameTokens(from, chosen)],
  }
}

/**
 * The one project that a command is to work in; undefined when none is named.
 * @throws ProblemsError `usage` or `config` when there is no such project
 */
export async function chooseProject(
  from: Surroundings,
  { project, ...flags }: Omit<ProjectFlags, 'project'> & { readonly project: string | undefined },
): Promise<ProjectToken | undefined> {
  if (project === undefined) return undefined
  const { projects, problems } = await findNamed(from, { ...flags, project: [project] })
  throwProblems(problems)
  return projects[0]
}

interface NamedProjects {
  readonly projects: readonly ProjectToken[]
  readonly problems: readonly Problem[]
}

interface NamedFile extends NamedProjects {
  /** undefined when there is none. */
  readonly name: string | undefined
}

async function readFile({ cwd }: Surroundings, { config, directory }: ProjectFlags): Promise<NamedFile> {
  const path = findSettingsFile(cwd, config, directory ?? (await findDirectory(cwd)))
  if (path === undefined) return { name: undefined, projects: [], problems: [] }
  const { name, items: projects, architectures, schematic, problems } = await readSettingsFile(cwd, path)
  const isEmpty = [...projects, ...problems, architectures ?? schematic ?? []].flat().length === 0
  if (config === undefined || !isEmpty) return { name, projects, problems }
  const at = { kind: 'file', file: name } as const
  const hint = 'write "projects:", and a list below it'
  return { name, projects: [], problems: [{ code: 'config', message: 'there are no projects in this file', at, hint }] }
}

function readFlags(named: readonly string[], file: NamedFile, { sandbox }: ProjectFlags): NamedProjects {
  const problems: Problem[] = []
  const projects: NamedProject[] = []
  for (const text of named) {
    const [name = '', ...rest] = text.split('=')
    const variable = rest.length === 0 ? undefined : rest.join('=')
    // It may be a token, which must not be shown from now on.
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

function toUnknown(name: string, file: NamedFile): Problem {
  const names = file.projects.map((one) => one.name)
  const near = didYouMean(name, names) ?? `there are ${names.join(', ')}`
  const hint = `${near}; or name its variable: --project ${name}=${defaultVariable(name)}`
  return { code: 'usage', message: `${file.name} has no project "${name}"`, at: FLAG, hint }
}

/** Two variables with the same token are the same project, in which each image would be built twice. */
function findSameTokens({ env }: Surroundings, { projects }: Pick<NamedProjects, 'projects'>): Problem[] {
  return projects.flatMap(({ name, variable }, index) => {
    const token = env[variable]?.trim() ?? ''
    const other = projects.slice(0, index).find((one) => token !== '' && env[one.variable]?.trim() === token)
    if (other === undefined || other.variable === variable) return []
    const message = `the projects "${other.name}" and "${name}" have the same token`
    const hint = `a token belongs to one project: set ${variable} to that of "${name}"`
    return [{ code: 'token', message, at: { kind: 'env', name: variable }, hint } as const]
  })
}
