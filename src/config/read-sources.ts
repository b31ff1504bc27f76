/** Reads all files, variables of the environment and flags that a configuration comes from, as Packer does. */

import { resolve } from 'node:path'
import { ARCHITECTURES, type Architecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { PipeWait } from '../util/read-text.ts'
import { type Declaration, IMAGE_URL_NAMES, toDeclarations } from './declarations.ts'
import { findFiles } from './find-files.ts'
import { loadHclParser } from './hcl/parser.ts'
import { readHclVarFile } from './hcl/var-file.ts'
import { readJsonVarFile } from './json/var-file.ts'
import { type Chosen, chooseValues } from './precedence.ts'
import { displayName, type Found, readSourceFile, type SourceFile } from './source-file.ts'
import type { ReadBody } from './template/block.ts'
import { readTemplateFile } from './template/read-template.ts'
import type { Selection } from './template/selection.ts'
import { readEnvVariables, readVarFlags } from './text-assignments.ts'
import { toStringValue } from './value.ts'
import type { Sourced } from './variables.ts'

/** Where variables may come from. */
export interface VariableSources {
  /** A directory with `*.pkr.hcl` and `*.auto.pkrvars.*` files, or one template; undefined: the built-in defaults instead of a template. */
  readonly directory: string | undefined
  /** The files of `-var-file`, in order. */
  readonly varFiles: readonly string[]
  /** The `name=value` of `-var`, in order. */
  readonly vars: readonly string[]
  /** For `PKR_VAR_name`, and for `env()` in a template. */
  readonly env: Readonly<Record<string, string | undefined>>
  /**
   * Which of the template's builds count; all by default.
   * @internal
   */
  readonly selection?: Selection | undefined
  /**
   * What counts instead of an image URL that is none, such as the reference of an installer.
   * @internal
   */
  readonly toImageUrl?: ((value: Sourced<string>, architecture: Architecture) => string) | undefined
  /** Where relative paths count from; file names are shown relative to it. */
  readonly cwd: string
  /**
   * Ends the wait for a pipe among {@link varFiles}.
   * @internal
   */
  readonly signal?: AbortSignal | undefined
}

export interface ReadSources {
  /** What was chosen for each variable, declared or built in. */
  readonly chosen: readonly Chosen[]
  /** The names that the template itself declares. */
  readonly declared: ReadonlyMap<string, Declaration>
  /** Whether all templates could be read. */
  readonly isComplete: boolean
  /** Everything else in the templates, file by file. */
  readonly bodies: readonly ReadBody[]
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** `builders` is how templates were written before HCL. */
const DESCRIBING = new Set(['build', 'source', 'builders'])

/** Whether the templates say themselves what is to be built. */
export function describesImages(bodies: readonly ReadBody[]): boolean {
  return bodies.some(({ blocks }) => blocks.some(({ type }) => DESCRIBING.has(type)))
}

/**
 * Reads templates, var files, environment and flags, and lets the strongest value of each variable win.
 * @param strict whether names that only this program knows are undeclared where a template says what is built
 */
export async function readSources(sources: VariableSources, strict: boolean): Promise<ReadSources> {
  const { env, cwd, signal } = sources
  const named = new Set(sources.varFiles.map((path) => resolve(cwd, path)))
  const pipeOf = (path: string): PipeWait | undefined => (named.has(path) ? { signal } : undefined)
  const files = await findFiles(sources.directory, sources.varFiles, cwd)

  const paths = [...files.templates.hcl, ...files.templates.json]
  const parts = await readAll(paths, { cwd }, (file) => readTemplateFile(file, env))
  const templates = join(parts)
  const bodies = parts.flatMap((part) => ('body' in part ? [part.body] : []))
  const { declarations, problems: repeated } = toDeclarations(templates.items)
  const own = new Map(templates.items.map((item) => [item.name, item]))
  // Where a template could not be read, names that it may declare must not be called undeclared.
  const complete = files.complete && templates.problems.length === 0
  const known = strict && describesImages(bodies) ? own : declarations
  const names = complete ? new Set(known.keys()) : undefined

  const hclFiles = join(
    await readAll(files.varFiles.hcl, { cwd, pipeOf }, async (file) =>
      readHclVarFile(file, await loadHclParser(), names),
    ),
  )
  const jsonFiles = join(
    await readAll(files.varFiles.json, { cwd, pipeOf }, async (file) => readJsonVarFile(file, names)),
  )
  const flags = await readVarFlags(sources.vars, known, complete)

  const chosenAsWritten = chooseValues(declarations, {
    env: await readEnvVariables(env, declarations),
    hclFiles: hclFiles.items,
    jsonFiles: jsonFiles.items,
    flags: flags.items,
  })
  const chosen = { ...chosenAsWritten, items: chosenAsWritten.items.map((one) => withImageUrl(one, sources)) }
  const all = [files, templates, { problems: repeated }, hclFiles, jsonFiles, flags, chosen]
  return {
    chosen: chosen.items,
    declared: own,
    isComplete: complete,
    bodies,
    problems: all.flatMap((part) => part.problems),
    warnings: [...files.warnings, ...hclFiles.warnings, ...jsonFiles.warnings],
  }
}

function withImageUrl(chosen: Chosen, { toImageUrl }: VariableSources): Chosen {
  const architecture = ARCHITECTURES.find((one) => IMAGE_URL_NAMES[one] === chosen.name)
  const { sourced } = chosen
  if (toImageUrl === undefined || architecture === undefined || sourced?.value.kind !== 'string') return chosen
  const { value, origin } = sourced
  const url = toImageUrl({ value: value.text, origin }, architecture)
  return { ...chosen, sourced: { value: toStringValue(url), origin } }
}

/** Reads files in order; a file that cannot be read leaves its problem. */
async function readAll<Part extends Found<unknown>>(
  paths: readonly string[],
  { cwd, pipeOf }: { readonly cwd: string; readonly pipeOf?: (path: string) => PipeWait | undefined },
  read: (file: SourceFile) => Promise<Part>,
): Promise<(Part | Unread)[]> {
  return Promise.all(
    paths.map(async (path) => {
      const file = await readSourceFile(path, displayName(path, cwd), pipeOf?.(path))
      return 'message' in file ? { items: [], problems: [file] } : read(file)
    }),
  )
}

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
