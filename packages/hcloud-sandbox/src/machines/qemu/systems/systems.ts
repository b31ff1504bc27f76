/** The systems that machines boot. They are made of one set of packages, together. */

import type { Platform } from '../platform.ts'
import { RESCUE } from '../rescue/recipe.ts'
import { TALOS } from '../talos/recipe.ts'

export const SYSTEMS = { rescue: RESCUE, talos: TALOS } as const

const BOOT_LOADERS: Readonly<Record<Platform['bootsWith'], string>> = {
  grub: 'grub-pc-bin',
  'sd-boot': 'systemd-boot-efi',
}

/** The packages of all of them, the kernel, which is small and made for virtual machines, and what firmware starts. */
export function toPackageNames({ debian, bootsWith }: Platform): string[] {
  const names = Object.values(SYSTEMS).flatMap(({ packages }) => Object.keys(packages))
  return [...new Set(names), `linux-image-cloud-${debian}`, BOOT_LOADERS[bootsWith]]
}
