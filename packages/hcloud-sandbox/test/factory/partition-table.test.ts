import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { layOutDisk } from '../../src/factory/disk-layout.ts'
import { MIB } from '../../src/factory/disk-size.ts'
import { formatPartitionTable } from '../../src/factory/partition-table.ts'
import { SECTOR_BYTES } from '../../src/machines/gpt.ts'

const DISK_BYTES = 16 * MIB
const LAST = DISK_BYTES / SECTOR_BYTES - 1
const layout = layOutDisk({ diskBytes: DISK_BYTES, dataBytes: MIB, efiShare: 0.1 })

/** Reads a header as the UEFI specification describes it, with its checksum verified. */
function readHeader(sector: Buffer) {
  const bytes = Buffer.from(sector.subarray(0, sector.readUInt32LE(12)))
  const crc = bytes.readUInt32LE(16)
  bytes.writeUInt32LE(0, 16)
  expect(sector.toString('latin1', 0, 8)).toBe('EFI PART')
  expect(crc).toBe(crc32(bytes))
  const number = (at: number) => Number(sector.readBigUInt64LE(at))
  return {
    own: number(24),
    other: number(32),
    firstUsable: number(40),
    lastUsable: number(48),
    guid: sector.toString('hex', 56, 72),
    entriesAt: number(72),
    entries: sector.readUInt32LE(80),
    entryBytes: sector.readUInt32LE(84),
    entriesCrc: sector.readUInt32LE(88),
  }
}

test('both copies of the table are valid and point at each other', () => {
  const { front, back } = formatPartitionTable(layout, 'seed')
  const primary = readHeader(front.subarray(SECTOR_BYTES, 2 * SECTOR_BYTES))
  const backup = readHeader(back.subarray(-SECTOR_BYTES))

  expect(primary).toMatchObject({ own: 1, other: LAST, entriesAt: 2, firstUsable: 34, lastUsable: LAST - 33 })
  expect(backup).toEqual({ ...primary, own: LAST, other: 1, entriesAt: LAST - 32 })
  const entries = front.subarray(2 * SECTOR_BYTES)
  expect(entries.length).toBe(primary.entries * primary.entryBytes)
  expect(crc32(entries)).toBe(primary.entriesCrc)
  expect(back.subarray(0, entries.length).equals(entries)).toBe(true)
})

test('the entries hold the partitions, with types that tools know', () => {
  const entries = formatPartitionTable(layout, 'seed').front.subarray(2 * SECTOR_BYTES)
  const read = layout.partitions.map((_, index) => {
    const entry = entries.subarray(index * 128, (index + 1) * 128)
    const offset = Number(entry.readBigUInt64LE(32)) * SECTOR_BYTES
    const end = (Number(entry.readBigUInt64LE(40)) + 1) * SECTOR_BYTES
    return { name: entry.toString('utf16le', 56).replaceAll('\0', ''), offset, bytes: end - offset }
  })
  expect(read).toEqual(layout.partitions)
  // the EFI system partition as it stands on every EFI disk
  expect(entries.toString('hex', 0, 16)).toBe('28732ac11ff8d211ba4b00a0c93ec93b')
  expect(entries.subarray(layout.partitions.length * 128).every((byte) => byte === 0)).toBe(true)
})

test('a protective MBR keeps old tools away', () => {
  const mbr = formatPartitionTable(layout, 'seed').front.subarray(0, SECTOR_BYTES)
  expect(mbr.toString('hex', 510)).toBe('55aa')
  expect(mbr[450]).toBe(0xee)
  expect(mbr.readUInt32LE(454)).toBe(1)
  expect(mbr.readUInt32LE(458)).toBe(LAST)
})

test('the seed decides the GUIDs', () => {
  const { front } = formatPartitionTable(layout, 'seed')
  expect(formatPartitionTable(layout, 'seed').front.equals(front)).toBe(true)
  expect(formatPartitionTable(layout, 'other').front.equals(front)).toBe(false)
})
