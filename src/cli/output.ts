/** Where results go, and in which form. */

import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { TalosImageError } from '../errors.ts'
import type { Io } from './io.ts'

export interface OutputFlags {
  readonly output: 'text' | 'json'
}

/** One JSON document on standard output. */
export function writeJson(io: Io, document: unknown): void {
  io.out(`${JSON.stringify(document, null, 2)}\n`)
}

/**
 * Writes a JSON file whole or not at all.
 * @throws TalosImageError `usage` when it cannot be written
 */
export async function writeJsonFile(io: Io, path: string, flag: string, document: unknown): Promise<void> {
  const full = resolve(io.cwd, path)
  const partial = `${full}.${process.pid}.part`
  try {
    await mkdir(dirname(full), { recursive: true })
    await writeFile(partial, `${JSON.stringify(document, null, 2)}\n`)
    await rename(partial, full)
  } catch (error) {
    throw new TalosImageError({
      code: 'usage',
      message: `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      at: { kind: 'flag', name: flag },
    })
  }
}
