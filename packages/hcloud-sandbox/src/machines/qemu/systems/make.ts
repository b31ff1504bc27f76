/** Makes the files that machines boot from: the kernel, the rescue system as an initramfs, and what disks of Talos hold. */

import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { SandboxError } from '../../../errors.ts'
import type { BootSystem } from '../../machine.ts'
import { CLEAN_ENVIRONMENT, runProgram } from '../../programs.ts'
import type { RescueBoot } from '../argv.ts'
import type { Platform } from '../platform.ts'
import { BOOT_SYSTEM_FILES, makeBootSystem } from '../talos/boot-system.ts'
import { assemble, takeKernel } from './assemble.ts'
import { type ArchiveEntry, toCpio } from './cpio.ts'
import { openPackageTree } from './package-tree.ts'
import { NO_PACKAGES } from './packages.ts'
import { SYSTEMS } from './systems.ts'

const KERNEL_FILE = 'kernel'
const RESCUE_FILE = 'initramfs.zst'
const BOOT_FOLDER = 'boot'

/** Small, and still made within seconds. */
const COMPRESSION = '-12'

/** What machines of an architecture boot. Absolute paths. */
export interface Systems {
  readonly rescue: RescueBoot
  /** What disks of Talos hold. */
  readonly talos: Omit<BootSystem, 'bytes'>
}

/** The systems that were made into a folder. */
export const toSystems = (folder: string, { bootsWith }: Platform): Systems => {
  const { fileSystem, first, rest } = BOOT_SYSTEM_FILES
  const inBoot = (name: string): string => join(folder, BOOT_FOLDER, name)
  return {
    rescue: { kernel: join(folder, KERNEL_FILE), initramfs: join(folder, RESCUE_FILE) },
    talos: {
      id: basename(folder),
      fileSystem: inBoot(fileSystem),
      ...(bootsWith === 'grub' ? { grub: { first: inBoot(first), rest: inBoot(rest) } } : {}),
    },
  }
}

export interface MakeOptions {
  readonly platform: Platform
  /** Holds a folder for each package, with what it holds. */
  readonly packages: string
  /** Where they go. */
  readonly folder: string
  /** An empty folder for what is between, on the same disk. */
  readonly work: string
  /** Is told what is being made, for people. */
  readonly onProgress: (what: string) => void
  readonly signal?: AbortSignal | undefined
}

/** @throws SandboxError `sandbox` when the packages lack something */
export async function makeSystems(options: MakeOptions): Promise<void> {
  const { platform, packages, folder, work, onProgress, signal } = options
  onProgress('putting the rescue system together.')
  const tree = await openPackageTree(packages)
  const kernel = join(folder, KERNEL_FILE)
  await writeFile(kernel, await takeKernel(tree))
  await makeInitramfs(await assemble(tree, SYSTEMS.rescue, unpackBytes), join(folder, RESCUE_FILE), signal)
  onProgress('putting together what disks boot.')
  const initramfs = join(work, 'talos.zst')
  await makeInitramfs(await assemble(tree, SYSTEMS.talos, unpackBytes), initramfs, signal)
  await mkdir(join(folder, BOOT_FOLDER))
  await makeBootSystem({ platform, tree, kernel, initramfs, folder: join(folder, BOOT_FOLDER), work, signal })
}

async function makeInitramfs(entries: readonly ArchiveEntry[], file: string, signal?: AbortSignal): Promise<void> {
  const archive = `${file}.cpio`
  await pipeline(
    Readable.from(toCpio(entries)),
    createWriteStream(archive),
    ...(signal === undefined ? [] : [{ signal }]),
  )
  await runProgram(['zstd', '-q', '-T0', COMPRESSION, '--rm', '-o', file, archive], { ...NO_PACKAGES, signal })
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
