/** What a machine is told at one boot: who may log in. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BootTarget } from '../machine.ts'

/** Absolute paths. QEMU has read the files when its machine runs. */
export interface BootFiles extends AsyncDisposable {
  readonly authorizedKeysFile: string
  readonly rootPasswordFile: string
}

/** Writes them into a folder that only this user can look into. Passwords do not belong into command lines. */
export async function writeBootFiles({ authorizedKeys, rootPassword }: BootTarget): Promise<BootFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-boot-'))
  const authorizedKeysFile = join(folder, 'authorized-keys')
  const rootPasswordFile = join(folder, 'root-password')
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    // The rescue system reads up to the end of a line; QEMU takes no empty files.
    await writeFile(authorizedKeysFile, authorizedKeys.map((line) => `${line}\n`).join('') || '\n', { mode: 0o600 })
    await writeFile(rootPasswordFile, `${rootPassword}\n`, { mode: 0o600 })
    return { authorizedKeysFile, rootPasswordFile, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}
