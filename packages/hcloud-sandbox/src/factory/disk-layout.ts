/** Where things stand on an emulated Talos disk: pure arithmetic. */

import { SECTOR_BYTES } from '../machines/gpt.ts'
import { type DiskSize, MIB } from './disk-size.ts'

const SMALLEST_DISK_BYTES = 8 * MIB
const RUN_BYTES = 4 * MIB
const BLOCK_BYTES = 4096

export type PartitionName = 'EFI' | 'BIOS' | 'BOOT' | 'META' | 'STATE'

/** A stretch of the disk; all numbers are bytes. */
export interface Extent {
  readonly offset: number
  readonly bytes: number
}

export interface Partition extends Extent {
  readonly name: PartitionName
}

export interface DiskLayout {
  readonly diskBytes: number
  /** In the order in which they stand on the disk, each on a whole MiB. */
  readonly partitions: readonly Partition[]
  /** Where the data goes, in ascending order; what is neither here, in META, in `boot` nor a table is zero. */
  readonly data: readonly Extent[]
  /** What is booted from: the beginning of a partition, and all of the boot loader's. */
  readonly boot: readonly Extent[]
}

/** What a disk must hold to boot. */
export interface BootNeed {
  readonly partition: 'EFI' | 'BOOT'
  readonly bytes: number
}

/**
 * Lays out a disk as Talos does (sizes of its GRUB layout, 2026), with smaller partitions when the disk is smaller, and a larger
 * EFI partition when it is larger. The data takes at most half of the EFI and BOOT partitions. On a disk that boots, what it
 * boots from is part of the data, and the rest of it is in the other one of the two.
 * @throws RangeError when the disk is smaller than 8 MiB, or too small to boot, or no whole number of sectors
 */
export function layOutDisk({ diskBytes, dataBytes, efiShare }: DiskSize, need?: BootNeed): DiskLayout {
  if (diskBytes < SMALLEST_DISK_BYTES || diskBytes % SECTOR_BYTES !== 0) {
    throw new RangeError(
      `a disk of ${diskBytes} bytes is too small for Talos's partitions, or no whole number of sectors`,
    )
  }
  const partitions = layOutPartitions(Math.floor(diskBytes / MIB), need)
  const [efi, bios, boot] = partitions
  if (need === undefined) {
    const inEfi = dataBytes * efiShare
    return { diskBytes, partitions, data: [...spread(efi, inEfi), ...spread(boot, dataBytes - inEfi)], boot: [] }
  }
  const [own, other] = need.partition === 'EFI' ? [efi, boot] : [boot, efi]
  const data = spread(other, Math.max(0, dataBytes - need.bytes))
  return { diskBytes, partitions, data, boot: [{ offset: own.offset, bytes: need.bytes }, bios] }
}

/** The size of the smallest disk that boots from so much. */
export const smallestToBoot = (bytes: number): number => Math.ceil(bytes / MIB) * MIB + OTHER_MIB * MIB

/** Whether a disk is large enough to boot from so much. */
export const canBoot = ({ diskBytes }: DiskSize, bytes: number): boolean => diskBytes >= smallestToBoot(bytes)

/** Whether anything but zeros stands in that stretch of the disk; it may say yes when there is nothing after all. */
export function mayHoldData(layout: DiskLayout, { offset, bytes }: Extent): boolean {
  const tables = [
    { offset: 0, bytes: MIB },
    { offset: layout.diskBytes - MIB, bytes: MIB },
  ]
  return [...tables, findPartition(layout, 'META'), ...layout.boot, ...layout.data].some(
    (extent) => extent.offset < offset + bytes && offset < extent.offset + extent.bytes,
  )
}

/** @throws RangeError when the disk has none of that name */
export function findPartition(layout: DiskLayout, name: PartitionName): Partition {
  const partition = layout.partitions.find((candidate) => candidate.name === name)
  if (partition === undefined) throw new RangeError(`the disk has no partition ${name}`)
  return partition
}

type Partitions = readonly [efi: Partition, bios: Partition, boot: Partition, meta: Partition, state: Partition]

/** What a disk has at least beside the partition that it boots from: a MiB for each table and for each other partition. */
const OTHER_MIB = 6

function layOutPartitions(diskMib: number, need: BootNeed | undefined): Partitions {
  // one MiB for each table, BIOS and META; the other three share the rest as 100 : 1000 : 100
  const shared = diskMib - 4
  const scale = Math.min(1, shared / 1200)
  let state = Math.max(1, Math.floor(100 * scale))
  let boot = Math.min(1000, shared - 2 * state)
  // Talos leaves 42 MiB free on its GRUB disks; what is more belongs to the UKIs of the others.
  let efi = Math.max(state, shared - boot - state - 42)
  const neededMib = Math.ceil((need?.bytes ?? 0) / MIB)
  if ((need?.partition === 'EFI' ? efi : boot) < neededMib) {
    if (diskMib < neededMib + OTHER_MIB) throw new RangeError(`a disk of ${diskMib} MiB is too small to boot`)
    state = 1
    ;[efi, boot] = need?.partition === 'EFI' ? [neededMib, shared - state - neededMib] : [1, shared - state - 1]
  }
  return [
    { name: 'EFI', offset: MIB, bytes: efi * MIB },
    { name: 'BIOS', offset: (1 + efi) * MIB, bytes: MIB },
    { name: 'BOOT', offset: (2 + efi) * MIB, bytes: boot * MIB },
    { name: 'META', offset: (2 + efi + boot) * MIB, bytes: MIB },
    { name: 'STATE', offset: (3 + efi + boot) * MIB, bytes: state * MIB },
  ]
}

/** Runs of data at even distances over the partition, as a file system with some big files has them. */
function spread(partition: Extent, wantedBytes: number): Extent[] {
  const bytes = Math.floor(Math.min(wantedBytes, partition.bytes / 2) / BLOCK_BYTES) * BLOCK_BYTES
  const runs = Math.max(1, Math.ceil(bytes / RUN_BYTES))
  const runBytes = Math.floor(bytes / runs / BLOCK_BYTES) * BLOCK_BYTES
  const stride = Math.floor(partition.bytes / runs / MIB) * MIB
  if (runBytes === 0) return []
  return Array.from({ length: runs }, (_, run) => ({ offset: partition.offset + run * stride, bytes: runBytes }))
}
