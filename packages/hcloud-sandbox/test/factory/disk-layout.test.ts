import { describe, expect, test } from 'vitest'
import {
  DEFAULT_DATA_BYTES,
  DEFAULT_DISK_BYTES,
  findPartition,
  layOutDisk,
  MIB,
  toDataBytes,
} from '../../src/factory/disk-layout.ts'

test.each([
  [16, 4],
  [1246, 90],
  [2246, 200],
  [4247, 200],
])('of a disk of %i MiB %i are data', (disk, data) => {
  expect(toDataBytes(disk * MIB)).toBe(data * MIB)
})

describe('layOutDisk', () => {
  test('lays out the default disk as Talos does', () => {
    const { partitions } = layOutDisk(DEFAULT_DISK_BYTES, DEFAULT_DATA_BYTES)
    expect(partitions.map(({ name, bytes }) => [name, bytes / MIB])).toEqual([
      ['EFI', 100],
      ['BIOS', 1],
      ['BOOT', 1000],
      ['META', 1],
      ['STATE', 100],
    ])
  })

  test.each([8, 9, 16, 64, 100, 1023, 1246, 4096])('keeps everything on a disk of %i MiB in its place', (mib) => {
    const { partitions, data } = layOutDisk(mib * MIB, DEFAULT_DATA_BYTES)
    let end = MIB
    for (const { offset, bytes } of partitions) {
      expect(offset).toBe(end)
      expect(bytes).toBeGreaterThanOrEqual(MIB)
      end = offset + bytes
    }
    expect(end).toBeLessThanOrEqual((mib - 1) * MIB)

    let dataEnd = 0
    for (const { offset, bytes } of data) {
      expect(offset).toBeGreaterThanOrEqual(dataEnd)
      dataEnd = offset + bytes
      const holder = partitions.find(
        (partition) => partition.offset <= offset && offset < partition.offset + partition.bytes,
      )
      expect(['EFI', 'BOOT']).toContain(holder?.name)
      expect(dataEnd).toBeLessThanOrEqual((holder?.offset ?? 0) + (holder?.bytes ?? 0))
    }
  })

  test('spreads about as much data as was asked for', () => {
    const { data } = layOutDisk(DEFAULT_DISK_BYTES, DEFAULT_DATA_BYTES)
    const bytes = data.reduce((sum, extent) => sum + extent.bytes, 0)
    expect(bytes).toBeGreaterThan(DEFAULT_DATA_BYTES * 0.99)
    expect(bytes).toBeLessThanOrEqual(DEFAULT_DATA_BYTES)
    expect(data.length).toBeGreaterThan(10)
  })

  test.each([7 * MIB, 16 * MIB + 1])('refuses a disk of %i bytes', (bytes) => {
    expect(() => layOutDisk(bytes, MIB)).toThrow(RangeError)
  })
})

test('findPartition names what is not there', () => {
  expect(() => findPartition({ diskBytes: 0, partitions: [], data: [] }, 'META')).toThrow('no partition META')
})
