/** Makes what a disk must hold so that machines boot from it: a file system with kernel and system, and what starts them. */

import { copyFile, link, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type RunOptions, runProgram } from '../../programs.ts'
import { KERNEL_SETTINGS, type Platform } from '../platform.ts'
import type { PackageTree } from '../systems/package-tree.ts'

const MIB = 1024 * 1024
const SECTOR_BYTES = 512
/** What a file system takes beyond its files. */
const SPARE_BYTES = MIB

/** The files that are made; see `BootSystem`. */
export const BOOT_SYSTEM_FILES = { fileSystem: 'boot.fat', first: 'grub-first', rest: 'grub-rest' } as const

const PURPOSE: Pick<RunOptions, 'purpose' | 'hint'> = {
  purpose: 'what machines boot from a disk cannot be made',
  hint: 'report this: Debian has changed its packages',
}

/** Where kernel and system lie in the file system, as Talos's GRUB has them. */
const KERNEL = '/A/vmlinuz'
const INITRAMFS = '/A/initramfs.zst'

/** What firmware starts, as packages have it. */
const GRUB_FIRST = 'usr/lib/grub/i386-pc/boot.img'
const SD_BOOT = 'usr/lib/systemd/boot/efi/systemd-bootaa64.efi'

/** As GRUB calls Talos's partition BOOT on the disk that it was started from. */
const GRUB_ROOT = '(hd0,gpt3)'
/** What GRUB must have in it to start a kernel from there. */
const GRUB_MODULES = ['biosdisk', 'part_gpt', 'fat', 'linux']

export interface BootSystemOptions {
  readonly platform: Platform
  readonly tree: PackageTree
  readonly kernel: string
  readonly initramfs: string
  /** Where the files go. */
  readonly folder: string
  /** An empty folder for what is between, on the same disk as kernel and system. */
  readonly work: string
  readonly signal?: AbortSignal | undefined
}

/** @throws SandboxError `sandbox` with what a program said */
export async function makeBootSystem(options: BootSystemOptions): Promise<void> {
  const { platform, tree, kernel, initramfs, folder, work, signal } = options
  const run = (argv: readonly string[]) => runProgram(argv, { ...PURPOSE, cwd: folder, signal })
  const settings = `console=${platform.console} ${KERNEL_SETTINGS}`
  const files = join(work, 'files')
  const put = async (path: string): Promise<string> => {
    const file = join(files, path)
    await mkdir(dirname(file), { recursive: true })
    return file
  }
  await link(kernel, await put(KERNEL))
  await link(initramfs, await put(INITRAMFS))
  if (platform.bootsWith === 'grub') {
    const modules = dirname(tree.fileOf(GRUB_FIRST))
    const script = join(work, 'grub.cfg')
    await writeFile(script, `linux ${GRUB_ROOT}${KERNEL} ${settings}\ninitrd ${GRUB_ROOT}${INITRAMFS}\nboot\n`)
    await copyFile(join(modules, 'boot.img'), join(folder, BOOT_SYSTEM_FILES.first))
    const made = ['-o', BOOT_SYSTEM_FILES.rest, '-p', GRUB_ROOT, '-c', script]
    await run(['grub-mkimage', '-O', 'i386-pc', '-d', modules, ...made, ...GRUB_MODULES])
  } else {
    await copyFile(tree.fileOf(SD_BOOT), await put('EFI/BOOT/BOOTAA64.EFI'))
    await writeFile(await put('loader/loader.conf'), 'timeout 0\ndefault talos.conf\n')
    const entry = ['title Talos', `linux ${KERNEL}`, `initrd ${INITRAMFS}`, `options ${settings}`, '']
    await writeFile(await put('loader/entries/talos.conf'), entry.join('\n'))
  }
  const { size: kernelBytes } = await stat(kernel)
  const { size: initramfsBytes } = await stat(initramfs)
  const bytes = Math.ceil((kernelBytes + initramfsBytes + SPARE_BYTES) / MIB) * MIB
  const image = ['-i', BOOT_SYSTEM_FILES.fileSystem]
  await run(['mformat', ...image, '-C', '-T', String(bytes / SECTOR_BYTES), '::'])
  await run(['mcopy', ...image, '-s', '-Q', ...(await readdir(files)).map((name) => join(files, name)), '::'])
}
