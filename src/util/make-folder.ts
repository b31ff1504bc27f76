/** Making folders. */

import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from './error-code.ts'

/**
 * Makes a folder with those above it, where they are not there. Not with `recursive`, which never ends below /proc (Node.js 20
 * to 24).
 * @param mode of those that are made
 * @returns the uppermost one that was made; undefined when all were there
 * @throws the file system's error
 */
export async function makeFolder(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    await mkdir(path, { mode })
    return path
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return undefined
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error
  }
  const above = await makeFolder(dirname(path), mode)
  await mkdir(path, { mode }).catch((error: unknown) => {
    // Others may have been faster.
    if (errorCode(error) !== 'EEXIST') throw error
  })
  return above ?? path
}
