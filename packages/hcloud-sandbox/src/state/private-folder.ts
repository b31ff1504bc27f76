/** Folders that only the user can look into: commands of a machine can change the mode of its disk file. */

import { access, chmod, constants, mkdir, readdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SandboxError } from '../errors.ts'

const OPEN_TO_OTHERS = 0o077

export interface PrivateFolderOptions {
  /**
   * Tells by its entries that the sandbox made the folder; one that holds anything else is not changed. By default every
   * folder is taken for the sandbox's own.
   */
  readonly isOurs?: ((names: readonly string[]) => boolean) | undefined
  /** How its user says which folder it is, for hints: `TALOS_IMAGE_SANDBOX_STATE`. */
  readonly setting?: string | undefined
}

/**
 * Makes a folder with those above it, or closes one that is there to everyone else.
 * @param path absolute
 * @throws SandboxError `sandbox` when the folder cannot be made or written to, belongs to another user, or stays open to
 *   others
 */
export async function makePrivateFolder(
  path: string,
  { isOurs = () => true, setting }: PrivateFolderOptions = {},
): Promise<void> {
  const notPrivate = (message: string, otherwise = ''): SandboxError => {
    const hint = `${chooseFolder(setting)}, best one that does not exist${otherwise}`
    return new SandboxError({ code: 'sandbox', message, hint })
  }
  try {
    await makeFolder(path)
    await access(path, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw toFolderError(cause, path, setting)
  }
  const self = process.getuid?.()
  // Windows: a folder has no mode there, and no machine runs.
  if (self === undefined) return
  const { uid, mode } = await stat(path)
  if (uid !== self) throw notPrivate(`the folder ${path} belongs to another user`)
  if ((mode & OPEN_TO_OTHERS) === 0) return
  if (!isOurs(await readdir(path))) {
    throw notPrivate(
      `others can look into the folder ${path}, and not all in it is of the sandbox`,
      `; or close it: chmod 700 ${path}`,
    )
  }
  await chmod(path, 0o700)
  const after = await stat(path)
  if ((after.mode & OPEN_TO_OTHERS) !== 0) throw notPrivate(`the folder ${path} cannot be closed to other users`)
}

/**
 * Makes a folder with those above it. Not with `recursive`, which never ends below /proc (Node.js 20 to 24).
 * @throws the file system's error
 */
export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path), mode)
    await mkdir(path, { mode }).catch((again: unknown) => {
      // Others may have been faster.
      if (!(again instanceof Error && 'code' in again && again.code === 'EEXIST')) throw again
    })
  }
}

/** What to do about a folder that will not do. */
export const chooseFolder = (setting: string | undefined): string =>
  `choose another folder for the sandbox's state${setting === undefined ? '' : ` with ${setting}=DIR`}`

/** What the system says of a file or a folder, as a person says it. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be written to',
  EPERM: 'it may not be written to',
  EROFS: 'its file system is read-only',
  ENOENT: 'a folder above it cannot be made',
  ENOTDIR: 'something above it is no folder',
  EEXIST: 'it is no folder',
  ENOSPC: 'its file system is full',
  EDQUOT: "the user's share of its file system is used up",
  ENAMETOOLONG: 'its name is too long',
}

/** What went wrong with a folder, or with what is in it, as an error that a user can act on; anything else unchanged. */
export function toFolderError(error: unknown, path: string, setting: string | undefined): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  const reason = REASONS[String(error.code)]
  // What is said of an open file names none.
  const at = 'path' in error ? String(error.path) : path
  if (reason === undefined || !(at.startsWith(path) || path.startsWith(at))) return error
  const message = `the sandbox cannot keep its state in ${path}: ${reason}`
  return new SandboxError({ code: 'sandbox', message, hint: chooseFolder(setting) }, { cause: error })
}
