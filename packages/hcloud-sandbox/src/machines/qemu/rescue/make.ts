/** Makes the two files that a machine boots rescue from: the kernel, and the rescue system as an initramfs. */

import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { SandboxError } from '../../../errors.ts'
import { CLEAN_ENVIRONMENT, runProgram } from '../../programs.ts'
import { assembleRescue } from './assemble.ts'
import { toCpio } from './cpio.ts'
import { openPackageTree } from './package-tree.ts'
import { NO_PACKAGES } from './packages.ts'

export const KERNEL_FILE = 'kernel'
export const INITRAMFS_FILE = 'initramfs.zst'

/** Small, and still made within seconds. */
const COMPRESSION = '-15'

/**
 * @param packages holds a folder for each package, with what it holds
 * @param folder where the two files go
 */
export async function makeRescue(packages: string, folder: string, signal?: AbortSignal): Promise<void> {
  const { kernel, entries } = await assembleRescue(await openPackageTree(packages), unpackBytes)
  await writeFile(join(folder, KERNEL_FILE), kernel)
  const archive = join(folder, 'initramfs')
  await pipeline(
    Readable.from(toCpio(entries)),
    createWriteStream(archive),
    ...(signal === undefined ? [] : [{ signal }]),
  )
  const argv = ['zstd', '-q', '-T0', COMPRESSION, '--rm', '-o', join(folder, INITRAMFS_FILE), archive]
  await runProgram(argv, { ...NO_PACKAGES, signal })
}

async function unpackBytes(program: 'xz' | 'zstd', content: Buffer): Promise<Buffer> {
  const child = spawn(program, ['-dc'], { env: CLEAN_ENVIRONMENT, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => undefined).end(content)
  const status = new Promise<number | null>((resolve) => {
    child.on('close', resolve).on('error', () => resolve(null))
  })
  const [unpacked, end] = await Promise.all([buffer(child.stdout), status])
  if (end === 0) return unpacked
  const { purpose, hint } = NO_PACKAGES
  throw new SandboxError({ code: 'sandbox', message: `${purpose}: ${program} cannot unpack a driver`, hint })
}
