/** The partition table of an emulated Talos disk. */

import { createHash } from 'node:crypto'
import { PARTITION_TYPES, SECTOR_BYTES, toPartitionTable } from '../machines/gpt.ts'
import type { DiskLayout, PartitionName } from './disk-layout.ts'

const TYPES: Readonly<Record<PartitionName, string>> = {
  EFI: PARTITION_TYPES.efiSystem,
  BIOS: PARTITION_TYPES.biosBoot,
  BOOT: PARTITION_TYPES.linux,
  META: PARTITION_TYPES.linux,
  STATE: PARTITION_TYPES.linux,
}

/**
 * The bytes for the start and for the end of the disk.
 * @param seed decides the IDs of disk and partitions, so that the same disk always gets the same ones
 */
export function formatPartitionTable(layout: DiskLayout, seed: string): { front: Buffer; back: Buffer } {
  return toPartitionTable(
    toUuid(seed),
    layout.diskBytes / SECTOR_BYTES,
    layout.partitions.map(({ name, offset, bytes }, index) => ({
      number: index + 1,
      type: TYPES[name],
      id: toUuid(`${seed}\n${name}`),
      name,
      firstSector: offset / SECTOR_BYTES,
      lastSector: (offset + bytes) / SECTOR_BYTES - 1,
    })),
  )
}

/** A UUID of version 8 (RFC 9562: bits of our own choice) that the seed decides. */
function toUuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
