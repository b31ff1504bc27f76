/** How big Talos's raw disks for hcloud are (siderolabs/talos, pkg/imager/profile and pkg/machinery/imager/quirks, 2026). */

import type { Architecture } from '../domain.ts'
import { isAtLeast } from './versions.ts'

export const MIB = 1024 * 1024

export interface DiskSize {
  readonly diskBytes: number
  /** About so much of it is data; the rest is zeros. */
  readonly dataBytes: number
  /** How much of the data is in the EFI partition; the rest is in BOOT. */
  readonly efiShare: number
}

/** The size of a user's disk, which is not the real one. */
export interface OwnSize {
  readonly diskBytes?: number | undefined
  readonly dataBytes?: number | undefined
}

/** Before 1.10: GRUB for x86 and for ARM, and one copy of kernel and initramfs. */
export const GRUB: DiskSize = { diskBytes: 1246 * MIB, dataBytes: 90 * MIB, efiShare: 0.1 }
/** x86 from 1.11 on: GRUB for BIOS and a UKI for UEFI, so that kernel and initramfs are there twice. */
export const LARGEST: DiskSize = { diskBytes: 4247 * MIB, dataBytes: 200 * MIB, efiShare: 0.5 }
/** systemd-boot alone: one copy, as a UKI. */
const SD_BOOT: DiskSize = { diskBytes: 2246 * MIB, dataBytes: 100 * MIB, efiShare: 0.95 }

/** The size of the disk of a version and an architecture, or the size that was asked for. */
export function sizeOf(version: string, architecture: Architecture, own: OwnSize = {}): DiskSize {
  const real = realSizeOf(version, architecture)
  const diskBytes = own.diskBytes ?? real.diskBytes
  const usual = own.diskBytes === undefined ? real.dataBytes : Math.min(GRUB.dataBytes, Math.floor(diskBytes / 4))
  return { ...real, diskBytes, dataBytes: own.dataBytes ?? usual }
}

function realSizeOf(version: string, architecture: Architecture): DiskSize {
  if (!isAtLeast(version, '1.10.0')) return GRUB
  if (architecture === 'arm') return SD_BOOT
  return isAtLeast(version, '1.11.0') ? LARGEST : { diskBytes: 2247 * MIB, dataBytes: 100 * MIB, efiShare: 0.1 }
}
