/** Which files a request was read from. */

import { resolve } from 'node:path'
import { directoryOf, findFiles } from './find-files.ts'
import { displayName } from './source-file.ts'

/** The files that decided what is built; names are relative to the working directory for what lies below it. */
export interface Inputs {
  /** The directory, `.` for the working directory; null: there is none, and the built-in defaults count. */
  readonly directory: string | null
  /** None: what is built is what `_packer` of this program builds. */
  readonly templates: readonly string[]
  /** In the order of reading: what stands in a later one counts. */
  readonly varFiles: readonly string[]
  /** `talos-image.yaml`, or what is given instead; null: there is none. */
  readonly settings: string | null
  /** Schematics of roles and of generic images. */
  readonly schematics: readonly string[]
}

/** Where files are looked for. */
export interface InputPlaces {
  readonly cwd: string
  /** A directory, or a template in it. */
  readonly directory: string | undefined
  readonly varFiles: readonly string[]
}

/** The templates and var files of a request: those that are read for its variables. */
export async function findInputs({ cwd, directory, varFiles }: InputPlaces): Promise<Inputs> {
  const found = await findFiles(directory, varFiles, cwd)
  const name = (path: string): string => displayName(path, cwd)
  return {
    directory: directory === undefined ? null : nameOfDirectory(directory, cwd),
    templates: [...found.templates.hcl, ...found.templates.json].map(name),
    varFiles: [...found.varFiles.hcl, ...found.varFiles.json].map(name),
    settings: null,
    schematics: [],
  }
}

function nameOfDirectory(directory: string, cwd: string): string {
  const path = resolve(cwd, directoryOf(directory))
  return path === resolve(cwd) ? '.' : displayName(path, cwd)
}
