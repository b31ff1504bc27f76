/** The settings file of a request: which one it is, and what stands in it. */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { directoryOf } from '../config/find-files.ts'
import { readSettings, SETTINGS_FILE, type Settings } from '../config/settings-file.ts'
import { displayName, readSourceFile } from '../config/source-file.ts'
import type { Problem } from '../errors.ts'

export interface SettingsFile extends Settings {
  /** As messages call it. */
  readonly name: string
  readonly path: string
}

/**
 * The file that is given, else that of the directory; undefined when there is none.
 * @param directory a directory, or a template in it; undefined for the working directory
 */
export function findSettingsFile(cwd: string, given: string | undefined, directory = '.'): string | undefined {
  if (given !== undefined) return resolve(cwd, given)
  const path = join(resolve(cwd, directoryOf(directory)), SETTINGS_FILE)
  return existsSync(path) ? path : undefined
}

/** That the file of the working directory does not count, since another directory is read. */
export function findUnreadSettings(
  cwd: string,
  directory: string | undefined,
  read: string | undefined,
): Problem | undefined {
  const here = resolve(cwd, SETTINGS_FILE)
  if (directory === undefined || read === here || !existsSync(here)) return undefined
  const folder = displayName(resolve(cwd, directoryOf(directory)), cwd)
  return {
    code: 'config',
    message: `"${SETTINGS_FILE}" is not read: ${read === undefined ? `only the files in ${folder} are` : `${displayName(read, cwd)} is`}`,
    at: { kind: 'file', file: SETTINGS_FILE },
    hint: `what is to count belongs into ${read === undefined ? folder : displayName(read, cwd)}`,
  }
}

/** Reads it; what is wrong is among its problems. */
export async function readSettingsFile(cwd: string, path: string): Promise<SettingsFile> {
  const name = displayName(path, cwd)
  const file = await readSourceFile(path, name)
  if ('message' in file)
    return {
      name,
      path,
      items: [],
      architectures: undefined,
      schematic: undefined,
      bootTest: undefined,
      problems: [file],
    }
  return { name, path, ...readSettings(file) }
}
