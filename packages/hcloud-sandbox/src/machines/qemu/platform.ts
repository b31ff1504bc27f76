/** What machines of each architecture are made of. */

import type { Architecture } from '../../domain.ts'

export interface Platform {
  /** The emulator, and the Debian package that holds it. */
  readonly program: string
  readonly package: string
  /** As Debian names the architecture. */
  readonly debian: string
  /** As `process.arch` names it; KVM runs only machines of the computer's own. */
  readonly node: NodeJS.Architecture
  /** QEMU's name of the machine. */
  readonly machine: string
  /** The processor that is cheapest to translate and can do what today's programs want. */
  readonly translatedCpu: string
  /** Where the kernel's messages go, as the kernel names it. */
  readonly console: string
  /** What its firmware starts from a disk: GRUB, in the first sector, or systemd-boot, in the EFI partition. */
  readonly bootsWith: 'grub' | 'sd-boot'
  /** The firmware that boots a disk, and its package; undefined: QEMU's own. */
  readonly firmware: { readonly file: string; readonly package: string } | undefined
}

/** A kernel panic ends the machine. The rest saves time: the machine has nothing to hide from its own programs. */
export const KERNEL_SETTINGS = 'quiet panic=-1 mitigations=off nokaslr'

export const PLATFORMS: Readonly<Record<Architecture, Platform>> = {
  x86: {
    program: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    debian: 'amd64',
    node: 'x64',
    machine: 'q35',
    // Translated, the string instructions copy byte by byte where kernels think that they are fast: without them a pipe
    // carries five times as much. AVX2 makes looking for zeros a third cheaper (QEMU 7.2, 2026).
    translatedCpu: 'max,-erms,-fsrm',
    console: 'ttyS0',
    bootsWith: 'grub',
    firmware: undefined,
  },
  arm: {
    program: 'qemu-system-aarch64',
    package: 'qemu-system-arm',
    debian: 'arm64',
    node: 'arm64',
    machine: 'virt',
    // The newest ones sign pointers, which makes their translation several times slower.
    translatedCpu: 'cortex-a72',
    console: 'ttyAMA0',
    bootsWith: 'sd-boot',
    firmware: { file: '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd', package: 'qemu-efi-aarch64' },
  },
}
