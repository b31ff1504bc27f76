/** Partition tables as UEFI 2.10 (chapter 5) describes them: a protective MBR and a GPT, front and back. */

import { crc32 } from 'node:zlib'

export const SECTOR_BYTES = 512
/** Sectors of the 128 entries of a table. */
const ENTRY_SECTORS = 32
const ENTRY_BYTES = 128
const HEADER_BYTES = 92

/** What a disk with a table has in front of its partitions (MBR, header, entries), in sectors. */
export const FRONT_SECTORS = 2 + ENTRY_SECTORS
/** What it has behind them (entries, header), in sectors. */
export const BACK_SECTORS = ENTRY_SECTORS + 1

/** Well-known types of partitions. */
export const PARTITION_TYPES = {
  linux: '0fc63daf-8483-4772-8e79-3d69d8477de4',
  efiSystem: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  biosBoot: '21686148-6449-6e6f-744e-656564454649',
} as const

export interface Partition {
  /** From 1; where in the table it stands. */
  readonly number: number
  readonly type: string
  readonly id: string
  readonly name: string
  readonly firstSector: number
  /** Inclusive. */
  readonly lastSector: number
}

/** The bytes for the start and for the end of a disk. */
export function toPartitionTable(
  diskId: string,
  sectors: number,
  partitions: readonly Partition[],
): { front: Buffer; back: Buffer } {
  const entries = Buffer.alloc(ENTRY_SECTORS * SECTOR_BYTES)
  for (const partition of partitions) writeEntry(entries, (partition.number - 1) * ENTRY_BYTES, partition)
  const last = sectors - 1
  const header = (own: number, other: number, entriesAt: number) =>
    toHeader({ own, other, entriesAt, diskId, sectors, entriesCrc: crc32(entries) })
  return {
    front: Buffer.concat([toProtectiveMbr(sectors), header(1, last, 2), entries]),
    back: Buffer.concat([entries, header(last, 1, last - ENTRY_SECTORS)]),
  }
}

function toProtectiveMbr(sectors: number): Buffer {
  const mbr = Buffer.alloc(SECTOR_BYTES)
  // One partition of type 0xee from sector 1 to the end, as far as 32 bits go.
  mbr.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446)
  mbr.writeUInt32LE(1, 454)
  mbr.writeUInt32LE(Math.min(sectors - 1, 0xffffffff), 458)
  mbr.writeUInt16LE(0xaa55, 510)
  return mbr
}

interface Header {
  readonly own: number
  readonly other: number
  readonly entriesAt: number
  readonly diskId: string
  readonly sectors: number
  readonly entriesCrc: number
}

function toHeader({ own, other, entriesAt, diskId, sectors, entriesCrc }: Header): Buffer {
  const header = Buffer.alloc(SECTOR_BYTES)
  header.write('EFI PART', 0, 'latin1')
  header.writeUInt32LE(0x00010000, 8)
  header.writeUInt32LE(HEADER_BYTES, 12)
  header.writeBigUInt64LE(BigInt(own), 24)
  header.writeBigUInt64LE(BigInt(other), 32)
  header.writeBigUInt64LE(BigInt(FRONT_SECTORS), 40)
  header.writeBigUInt64LE(BigInt(sectors - BACK_SECTORS - 1), 48)
  header.set(toGuid(diskId), 56)
  header.writeBigUInt64LE(BigInt(entriesAt), 72)
  header.writeUInt32LE((ENTRY_SECTORS * SECTOR_BYTES) / ENTRY_BYTES, 80)
  header.writeUInt32LE(ENTRY_BYTES, 84)
  header.writeUInt32LE(entriesCrc, 88)
  // Over the header with this field still zero.
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_BYTES)), 16)
  return header
}

function writeEntry(entries: Buffer, offset: number, partition: Partition): void {
  entries.set(toGuid(partition.type), offset)
  entries.set(toGuid(partition.id), offset + 16)
  entries.writeBigUInt64LE(BigInt(partition.firstSector), offset + 32)
  entries.writeBigUInt64LE(BigInt(partition.lastSector), offset + 40)
  entries.write(partition.name, offset + 56, 72, 'utf16le')
}

/**
 * The partitions of a table, with what is of use of them; none when there is no table.
 * @param front what a disk has in front of its partitions: `FRONT_SECTORS`
 */
export function readPartitions(front: Buffer): Pick<Partition, 'name' | 'firstSector' | 'lastSector'>[] {
  const header = front.subarray(SECTOR_BYTES)
  if (header.toString('latin1', 0, 8) !== 'EFI PART' || front.length < FRONT_SECTORS * SECTOR_BYTES) return []
  const entries = front.subarray(2 * SECTOR_BYTES)
  return Array.from({ length: (ENTRY_SECTORS * SECTOR_BYTES) / ENTRY_BYTES }, (_, index) =>
    entries.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES),
  )
    .filter((entry) => entry.subarray(0, 16).some((byte) => byte !== 0))
    .map((entry) => ({
      name: entry.toString('utf16le', 56).replace(/\0.*/s, ''),
      firstSector: Number(entry.readBigUInt64LE(32)),
      lastSector: Number(entry.readBigUInt64LE(40)),
    }))
}

/** The first three groups of a GUID are numbers, lowest byte first. */
function toGuid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes
}
