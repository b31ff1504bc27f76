/** Folders that only the user can look into: commands of a machine can change the mode of its disk file. */

import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { SandboxError } from '../errors.ts'

const OPEN_TO_OTHERS = 0o077

/**
 * Makes a folder with those above it, or closes one that is there to everyone else.
 * @param path absolute
 * @param isOurs tells by its entries that the sandbox made the folder; one that holds anything else is not changed. By
 *   default every folder is taken for the sandbox's own.
 * @throws SandboxError `sandbox` when the folder belongs to another user, or stays open to others
 */
export async function makePrivateFolder(
  path: string,
  isOurs: (names: readonly string[]) => boolean = () => true,
): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const self = process.getuid?.()
  // Windows: a folder has no mode there, and no machine runs.
  if (self === undefined) return
  const { uid, mode } = await stat(path)
  if (uid !== self) throw notPrivate(`the folder ${path} belongs to another user`)
  if ((mode & OPEN_TO_OTHERS) === 0) return
  if (!isOurs(await readdir(path))) {
    throw notPrivate(
      `others can look into the folder ${path}, and not all in it is of the sandbox`,
      `, or close it: chmod 700 ${path}`,
    )
  }
  await chmod(path, 0o700)
  const after = await stat(path)
  if ((after.mode & OPEN_TO_OTHERS) !== 0) throw notPrivate(`the folder ${path} cannot be closed to other users`)
}

function notPrivate(message: string, otherwise = ''): SandboxError {
  const hint = `choose another folder for the state of the sandbox, best one that does not exist${otherwise}`
  return new SandboxError({ code: 'sandbox', message, hint })
}
