/** What a machine is told at one boot: who may log in. */

import { randomUUID } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BootTarget } from '../machine.ts'

/** Open files without names. QEMU has read them when its machine runs. */
export interface BootFiles extends Disposable {
  readonly authorizedKeys: number
  readonly rootPassword: number
}

/**
 * Writes them to files without a name, so that nothing is left however this process ends. Passwords do not belong into
 * command lines, and what a pipe holds can be read by one program only once.
 */
export function openBootFiles({ authorizedKeys, rootPassword }: BootTarget): BootFiles {
  const open: number[] = []
  const close = (): void => {
    for (const descriptor of open.splice(0)) closeSync(descriptor)
  }
  const write = (text: string): number => {
    const descriptor = openNameless()
    open.push(descriptor)
    writeSync(descriptor, text)
    return descriptor
  }
  try {
    return {
      // The rescue system reads up to the end of a line; QEMU takes no empty files.
      authorizedKeys: write(authorizedKeys.map((line) => `${line}\n`).join('') || '\n'),
      rootPassword: write(`${rootPassword}\n`),
      [Symbol.dispose]: close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** The name is gone before anything is in the file. */
function openNameless(): number {
  const path = join(tmpdir(), `talos-image-boot-${randomUUID()}`)
  const descriptor = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return descriptor
}
