/** A directory with var files and templates, and what the variables in it come to. */

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadVariables, type VariableSources } from '../../../src/config/load.ts'
import type { Variables } from '../../../src/config/variables.ts'
import { formatOrigin, type Problem, ProblemsError } from '../../../src/errors.ts'

export interface Directory extends AsyncDisposable {
  readonly path: string
  /** Loads the variables of the directory, with file names relative to it. */
  load(more?: Partial<VariableSources>): Promise<Variables>
  /** The problems that loading ends with, as `place: message`. */
  problems(more?: Partial<VariableSources>): Promise<string[]>
}

/** Writes the files (name to text) into a new temporary directory. */
export async function createDirectory(files: Readonly<Record<string, string>>): Promise<Directory> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'talos-image-config-')))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  const load = (more: Partial<VariableSources> = {}) =>
    loadVariables({ directory: path, varFiles: [], vars: [], env: {}, cwd: path, ...more })
  return {
    path,
    load,
    async problems(more) {
      return (await catchProblems(load(more))).map(formatProblem)
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}

/** The problems a promise is rejected with. */
export async function catchProblems(promise: Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await promise
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems
    throw error
  }
  throw new Error('nothing was wrong')
}

/** `place: message`, or the message alone. */
export function formatProblem({ at, message }: Problem): string {
  const place = formatOrigin(at)
  return place === '' ? message : `${place}: ${message}`
}
