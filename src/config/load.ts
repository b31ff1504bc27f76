/** Reads the configuration from all its sources: the variables, and what a template says is to be built. */

import { type Problem, throwProblems } from '../errors.ts'
import { registerSecret } from '../util/redact.ts'
import { type Declaration, isVariableName } from './declarations.ts'
import { namesIn } from './expression/expression.ts'
import { directoryOf } from './find-files.ts'
import type { Chosen } from './precedence.ts'
import { describesImages, type ReadSources, readSources, type VariableSources } from './read-sources.ts'
import type { Block } from './template/block.ts'
import { evaluateTemplate, uniqueProblems } from './template/evaluate-template.ts'
import { EVERYTHING } from './template/selection.ts'
import { collectParts, type Template } from './template/template.ts'
import { findValidationProblems } from './template/validations.ts'
import { toVariables } from './to-variables.ts'
import { isScalar, toStringValue } from './value.ts'
import type { Sourced, Variables } from './variables.ts'

export type { VariableSources } from './read-sources.ts'

/**
 * Reads templates, var files, environment and flags, and lets the strongest value of each variable win. A variable that
 * the template does not declare keeps its built-in default, and can be set like the others.
 * @throws ProblemsError `config` with everything that is wrong in any of the sources
 */
export async function loadVariables(sources: VariableSources): Promise<Variables> {
  const read = await readSources(sources, false)
  const { variables, problems } = toVariables(read.chosen, false)
  throwProblems(uniqueProblems([...read.problems, ...problems]))
  return withWarnings(variables, read.warnings)
}

export interface Configuration {
  readonly variables: Variables
  /** Undefined when no template says what is built; then it is what this program builds by itself. */
  readonly template: Template | undefined
  /** What is no URL of an image and kept a template from being evaluated: it may not be left out because of that. */
  readonly oddUrls: readonly Sourced<string>[]
}

/**
 * Reads the variables as {@link loadVariables} does, and the template, which is evaluated once to find what is wrong.
 * Where a template says what is built, the names that it does not declare are undeclared, as for Packer.
 * @throws ProblemsError `config` with everything that is wrong in any of the sources
 */
export async function loadConfiguration(sources: VariableSources): Promise<Configuration> {
  const read = await readSources(sources, true)
  const { variables, problems } = toVariables(read.chosen, describesImages(read.bodies))
  // What a template does with something that is no URL says less than the check of the URL itself.
  const oddUrls = findOddUrls(variables)
  const { template, problems: found } = oddUrls.length > 0 ? NOTHING : toTemplate(read, sources)
  throwProblems(uniqueProblems([...read.problems, ...problems, ...found]))
  const isMissing = oddUrls.length > 0 && describesImages(read.bodies)
  return { variables: withWarnings(variables, read.warnings), template, oddUrls: isMissing ? oddUrls : [] }
}

/** A template as it is written, with the values of its variables; nothing else in it is evaluated. */
export interface WrittenTemplate {
  readonly template: Template
  readonly declared: ReadonlyMap<string, Declaration>
  readonly blocks: readonly Block[]
  /** Whether all of its files could be read. */
  readonly isComplete: boolean
  /** What is wrong with how it is written, and with the files that give values. */
  readonly problems: readonly Problem[]
}

/**
 * Reads a template for Packer, which can do more than is evaluated here. What is wrong with it, {@link loadVariables} and
 * Packer itself tell.
 * @returns undefined when there is no template
 */
export async function readWrittenTemplate(sources: VariableSources): Promise<WrittenTemplate | undefined> {
  const read = await readSources(sources, false)
  if (read.isComplete && read.bodies.length === 0) return undefined
  const blocks = read.bodies.flatMap((body) => body.blocks)
  const { template, problems } = putTogether(read, sources)
  const { declared, isComplete } = read
  const unread = read.bodies.flatMap((body) => body.problems)
  return { template, declared, blocks, isComplete, problems: [...read.problems, ...unread, ...problems] }
}

const NOTHING = { template: undefined, problems: [] } as const
/** Nothing in it that a shell would take for its own. */
const PLAIN_URL = /^https?:\/\/[^\s'"`\\<>{}|^$()]+$/i

function findOddUrls(variables: Omit<Variables, 'warnings'> | undefined): Sourced<string>[] {
  const urls = variables === undefined ? [] : Object.values(variables.imageUrls)
  return urls.flatMap(({ value, origin }) => (value === null || PLAIN_URL.test(value) ? [] : [{ value, origin }]))
}

function withWarnings(variables: Omit<Variables, 'warnings'> | undefined, warnings: readonly Problem[]): Variables {
  if (variables === undefined) throw new Error('a variable is missing, and no problem says so')
  return { ...variables, warnings }
}

function putTogether(read: ReadSources, { directory = '.', cwd, selection = EVERYTHING }: VariableSources) {
  const blocks = read.bodies.flatMap((body) => body.blocks)
  const { parts, problems } = collectParts(blocks)
  const tokens = findTokenVariables(blocks)
  const own = read.chosen
    .filter(({ name }) => read.declared.has(name))
    .map((chosen) => (tokens.has(chosen.name) ? withRunsToken(chosen) : chosen))
  const variables = new Map(own.flatMap(({ name, sourced }) => (sourced === undefined ? [] : [[name, sourced]])))
  const template: Template = { ...parts, variables, selection, directory: directoryOf(directory), cwd }
  hideSecrets(own)
  return { template, own, problems }
}

function toTemplate(
  read: ReadSources,
  sources: VariableSources,
): { readonly template: Template | undefined; readonly problems: readonly Problem[] } {
  if (!describesImages(read.bodies)) return NOTHING
  const { template, own, problems } = putTogether(read, sources)
  const missing = own.flatMap(toMissingProblem)
  const unread = [...read.bodies.flatMap((body) => body.problems), ...problems, ...missing]
  // Where values or blocks are missing, problems that follow from that are left out.
  if (unread.length > 0 || read.problems.length > 0) return { template, problems: unread }
  const invalid = findValidationProblems(own, template)
  return { template, problems: [...invalid, ...evaluateTemplate(template).problems] }
}

/** The variables that nothing but `token` of a source refers to. */
function findTokenVariables(blocks: readonly Block[]): ReadonlySet<string> {
  const tokens = new Set<string>()
  const others = new Set<string>()
  const look = (block: Block): void => {
    for (const { name, expression } of block.attributes) {
      const isToken = block.type === 'source' && name === 'token' && expression.kind === 'reference'
      for (const variable of namesIn(expression, 'var')) (isToken ? tokens : others).add(variable)
    }
    for (const inner of block.blocks) look(inner)
  }
  // A declaration may check its own value.
  for (const block of blocks) if (block.type !== 'variable') look(block)
  return new Set([...tokens].filter((name) => !others.has(name)))
}

/** An empty token stands for that of the run, in each project; one that is set all the same is checked later. */
function withRunsToken(chosen: Chosen): Chosen {
  const { declaration, sourced } = chosen
  if (sourced !== undefined && sourced !== declaration.defaultValue) return chosen
  return {
    ...chosen,
    declaration: { ...declaration, validations: [] },
    sourced: { value: toStringValue(''), origin: declaration.origin },
  }
}

function hideSecrets(chosen: readonly Chosen[]): void {
  for (const { declaration, sourced } of chosen) {
    if (declaration.isSensitive && sourced !== undefined && isScalar(sourced.value)) registerSecret(sourced.value.text)
  }
}

/** A variable that this program does not know by itself; for the others the problem is told already. */
function toMissingProblem({ name, declaration, sourced }: Chosen): Problem[] {
  if (sourced !== undefined || isVariableName(name)) return []
  const isSecret = declaration.isSensitive === true || /token|secret|password/i.test(name)
  const inEnvironment = `set PKR_VAR_${name} in the environment; a secret belongs neither into a file nor into an argument`
  return [
    {
      code: 'config',
      message: `"${name}" has no value: the template declares it without a default, and nothing sets it`,
      at: declaration.origin,
      hint: isSecret ? inEnvironment : `write ${name} = "..." into a var file, or give -var ${name}=...`,
    },
  ]
}
