import { describe, expect, test } from 'vitest'
import { canBoot, findPartition, layOutDisk, mayHoldData } from '../../src/factory/disk-layout.ts'
import { GRUB, MIB, sizeOf } from '../../src/factory/disk-size.ts'

describe('layOutDisk', () => {
  test('lays out a disk with GRUB as Talos does', () => {
    const { partitions } = layOutDisk(GRUB)
    expect(partitions.map(({ name, bytes }) => [name, bytes / MIB])).toEqual([
      ['EFI', 100],
      ['BIOS', 1],
      ['BOOT', 1000],
      ['META', 1],
      ['STATE', 100],
    ])
  })

  test.each([8, 9, 16, 64, 100, 1023, 1246, 2246, 4096, 4247])(
    'keeps everything on a disk of %i MiB in its place',
    (mib) => {
      const { partitions, data } = layOutDisk({ ...GRUB, diskBytes: mib * MIB, efiShare: 0.5 })
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
    },
  )

  test('spreads about as much data as was asked for', () => {
    const { data } = layOutDisk(GRUB)
    const bytes = data.reduce((sum, extent) => sum + extent.bytes, 0)
    expect(bytes).toBeGreaterThan(GRUB.dataBytes * 0.99)
    expect(bytes).toBeLessThanOrEqual(GRUB.dataBytes)
    expect(data.length).toBeGreaterThan(10)
  })

  test.each([7 * MIB, 16 * MIB + 1])('refuses a disk of %i bytes', (bytes) => {
    expect(() => layOutDisk({ ...GRUB, diskBytes: bytes, dataBytes: MIB })).toThrow(RangeError)
  })
})

describe('a disk that boots', () => {
  const BYTES = 33 * MIB

  test.each([
    ['EFI', 39],
    ['EFI', 64],
    ['EFI', 2246],
    ['BOOT', 39],
    ['BOOT', 48],
    ['BOOT', 4247],
  ] as const)('has room in %s on %i MiB, and its data elsewhere', (partition, mib) => {
    const size = { diskBytes: mib * MIB, dataBytes: 100 * MIB, efiShare: 0.5 }
    const layout = layOutDisk(size, { partition, bytes: BYTES })
    const own = findPartition(layout, partition)
    const other = findPartition(layout, partition === 'EFI' ? 'BOOT' : 'EFI')
    expect(own.bytes).toBeGreaterThanOrEqual(BYTES)
    expect(layout.boot).toEqual([{ offset: own.offset, bytes: BYTES }, findPartition(layout, 'BIOS')])
    let end = MIB
    for (const { offset, bytes } of layout.partitions) {
      expect(offset).toBe(end)
      expect(bytes).toBeGreaterThanOrEqual(MIB)
      end = offset + bytes
    }
    expect(end).toBeLessThanOrEqual((mib - 1) * MIB)
    for (const { offset, bytes } of layout.data) {
      expect(offset).toBeGreaterThanOrEqual(other.offset)
      expect(offset + bytes).toBeLessThanOrEqual(other.offset + other.bytes)
    }
    expect(mayHoldData(layout, { offset: own.offset + BYTES - MIB, bytes: MIB })).toBe(true)
    expect(canBoot(size, BYTES)).toBe(true)
  })

  test('has partitions as Talos has them, where there is room', () => {
    const { partitions } = layOutDisk(GRUB, { partition: 'BOOT', bytes: BYTES })
    expect(partitions).toEqual(layOutDisk(GRUB).partitions)
  })

  test.each(['EFI', 'BOOT'] as const)('with %s is refused when it is too small', (partition) => {
    const size = { ...GRUB, diskBytes: 38 * MIB }
    expect(canBoot(size, BYTES)).toBe(false)
    expect(() => layOutDisk(size, { partition, bytes: BYTES })).toThrow('a disk of 38 MiB is too small to boot')
  })
})

test('findPartition names what is not there', () => {
  expect(() => findPartition({ diskBytes: 0, partitions: [], data: [], boot: [] }, 'META')).toThrow('no partition META')
})

test.each([
  ['v1.7.7', 'arm', 1246, 90],
  ['v1.9.6', 'x86', 1246, 90],
  ['v1.10.0', 'x86', 2247, 100],
  ['v1.10.0', 'arm', 2246, 100],
  ['v1.11.0', 'x86', 4247, 200],
  ['v1.13.9', 'arm', 2246, 100],
  ['v1.14.0-beta.1', 'x86', 4247, 200],
] as const)("Talos %s has today's size for %s", (version, architecture, disk, data) => {
  expect(sizeOf(version, architecture)).toMatchObject({ diskBytes: disk * MIB, dataBytes: data * MIB })
  expect(sizeOf(version, architecture, { diskBytes: 16 * MIB })).toMatchObject({
    diskBytes: 16 * MIB,
    dataBytes: 4 * MIB,
  })
  const { data: extents } = layOutDisk(sizeOf(version, architecture))
  expect(extents.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(data * MIB * 0.98)
})
