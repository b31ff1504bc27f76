/** Reads the variables from all their sources, as Packer does. */

import { type Problem, throwProblems } from '../errors.ts'
import { toDeclarations } from './declarations.ts'
import { readEnvVariables } from './env-variables.ts'
import { findFiles } from './find-files.ts'
import { loadHclParser } from './hcl/parser.ts'
import { readHclTemplate } from './hcl/template.ts'
import { readHclVarFile } from './hcl/var-file.ts'
import { readJsonTemplate } from './json/template.ts'
import { readJsonVarFile } from './json/var-file.ts'
import { chooseValues } from './precedence.ts'
import { displayName, type Found, readSourceFile, type SourceFile } from './source-file.ts'
import { toVariables } from './to-variables.ts'
import { readVarFlags } from './var-flag.ts'
import type { Variables } from './variables.ts'

/** Where variables may come from. */
export interface VariableSources {
  /** A directory with `*.pkr.hcl` and `*.auto.pkrvars.*` files; undefined: the built-in defaults instead of a template. */
  readonly directory: string | undefined
  /** The files of `-var-file`, in order. */
  readonly varFiles: readonly string[]
  /** The `name=value` of `-var`, in order. */
  readonly vars: readonly string[]
  /** For `PKR_VAR_name`, and for `env()` in a template. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where relative paths count from; file names are shown relative to it. */
  readonly cwd: string
}

/**
 * Reads templates, var files, environment and flags, and lets the strongest value of each variable win. A variable that
 * the template does not declare keeps its built-in default, and can be set like the others.
 * @throws ProblemsError `config` with everything that is wrong in any of the sources
 */
export async function loadVariables(sources: VariableSources): Promise<Variables> {
  const { env, cwd } = sources
  const files = await findFiles(sources.directory, sources.varFiles, cwd)

  const templates = join([
    ...(await readAll(files.templates.hcl, cwd, async (file) => readHclTemplate(file, await loadHclParser(), env))),
    ...(await readAll(files.templates.json, cwd, async (file) => readJsonTemplate(file, env))),
  ])
  const { declarations, problems: repeated } = toDeclarations(templates.items)
  // Where a template could not be read, names that it may declare must not be called undeclared.
  const complete = files.complete && templates.problems.length === 0
  const names = complete ? new Set(declarations.keys()) : undefined

  const hclFiles = join(
    await readAll(files.varFiles.hcl, cwd, async (file) => readHclVarFile(file, await loadHclParser(), names)),
  )
  const jsonFiles = join(await readAll(files.varFiles.json, cwd, async (file) => readJsonVarFile(file, names)))
  const flags = readVarFlags(sources.vars, declarations, complete)

  const chosen = chooseValues(declarations, {
    env: readEnvVariables(env, declarations),
    hclFiles: hclFiles.items,
    jsonFiles: jsonFiles.items,
    flags: flags.items,
  })
  const { variables, problems } = toVariables(chosen.items)
  const all = [files, templates, { problems: repeated }, hclFiles, jsonFiles, flags, chosen, { problems }]
  throwProblems(all.flatMap((part) => part.problems))
  if (variables === undefined) throw new Error('a variable is missing, and no problem says so')
  return { ...variables, warnings: [...files.warnings, ...hclFiles.warnings, ...jsonFiles.warnings] }
}

/** Reads files in order; a file that cannot be read leaves its problem. */
async function readAll<Part extends Found<unknown>>(
  paths: readonly string[],
  cwd: string,
  read: (file: SourceFile) => Promise<Part>,
): Promise<(Part | Unread)[]> {
  return Promise.all(
    paths.map(async (path) => {
      const file = await readSourceFile(path, displayName(path, cwd))
      return 'message' in file ? { items: [], problems: [file] } : read(file)
    }),
  )
}

/** A file that could not be read. */
interface Unread {
  readonly items: readonly never[]
  readonly problems: readonly Problem[]
}

function join<Item>(parts: readonly (Found<Item> & { readonly warnings?: readonly Problem[] })[]): Joined<Item> {
  return {
    items: parts.flatMap((part) => part.items),
    problems: parts.flatMap((part) => part.problems),
    warnings: parts.flatMap((part) => part.warnings ?? []),
  }
}

interface Joined<Item> extends Found<Item> {
  readonly warnings: readonly Problem[]
}
