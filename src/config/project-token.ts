/** What a project is called, and the name of the environment variable that holds its token; never the token itself. */

import type { Origin, Problem } from '../errors.ts'

/** A project that something is done in. */
export interface ProjectToken {
  readonly name: string
  /** The environment variable that holds the project's token. */
  readonly variable: string
}

/** A project as it was named somewhere. */
export interface NamedProject extends ProjectToken {
  readonly at: Origin
}

/** Longer than any name of a variable without an underscore; tokens have 64 letters and digits. */
const TOKEN = /[A-Za-z0-9]{32,}/g

/** The variable that holds a project's token when nothing else is said: `HCLOUD_TOKEN_PROD`, as the sandbox prints it. */
export function defaultVariable(name: string): string {
  return `HCLOUD_TOKEN_${name.toUpperCase().replaceAll('-', '_')}`
}

/** Whether it can name a project: in messages, in file names, and in a variable. */
function isProjectName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,30}$/.test(name)
}

/** A text as it may be shown: without anything in it that may be a token. */
export function hideTokens(text: string): string {
  return text.replaceAll(TOKEN, '...')
}

/** What is wrong with the name of a project; undefined when nothing is. */
export function findNameProblem(name: string, at: Origin): Problem | undefined {
  if (isProjectName(name)) return undefined
  const message = name === '' ? 'the name of the project is empty' : `"${hideTokens(name)}" is not a name for a project`
  return {
    code: toCode(at),
    message,
    at,
    hint: 'use small letters, digits and dashes, a letter first, at most 31 of them',
  }
}

/**
 * What is wrong with the name of a variable; undefined when nothing is. Anything else is never shown, since it may
 * be a token.
 */
export function findVariableProblem(variable: string, project: string, at: Origin): Problem | undefined {
  const hint = `name the environment variable that holds it, such as ${isProjectName(project) ? defaultVariable(project) : 'HCLOUD_TOKEN_PROD'}`
  const complain = (message: string): Problem => ({ code: toCode(at), message, at, hint })
  if (variable === '') return complain('the name of the variable is empty')
  if (variable.search(TOKEN) !== -1) {
    return complain('this looks like a token itself, which must stand in no file and in no command line')
  }
  if (/^[A-Za-z_]\w*$/.test(variable)) return undefined
  return complain('this is not the name of an environment variable')
}

/** Names that are there twice, and variables that several projects share. Pure. */
export function findRepetitions(projects: readonly NamedProject[]): Problem[] {
  const problems: Problem[] = []
  for (const [index, { name, variable, at }] of projects.entries()) {
    const before = projects.slice(0, index)
    const other = before.find((one) => one.variable === variable)
    if (before.some((one) => one.name === name)) {
      const hint = 'give each project another name'
      problems.push({ code: toCode(at), message: `the project "${hideTokens(name)}" is there twice`, at, hint })
    } else if (other !== undefined) {
      const message = `the projects "${other.name}" and "${name}" have the same variable, ${variable}`
      problems.push({ code: toCode(at), message, at, hint: 'a token belongs to one project; each has its own' })
    }
  }
  return problems
}

const toCode = ({ kind }: Origin): 'usage' | 'config' => (kind === 'flag' ? 'usage' : 'config')
