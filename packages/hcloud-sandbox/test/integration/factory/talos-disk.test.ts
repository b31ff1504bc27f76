import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { createPlaceholderDisk } from '../../../src/disks.ts'
import type { FactoryOptions } from '../../../src/factory/factory.ts'
import { readTalosDisk } from '../../../src/factory/talos-disk.ts'
import { createFaults } from '../../../src/faults/faults.ts'
import { parseFaultFlag } from '../../../src/faults/parse.ts'
import { readPartitions } from '../../../src/machines/gpt.ts'
import { EMPTY, testFactory } from '../../factory/test-factory.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talos-image-disk-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What the disk of a schematic says of itself. */
async function find(schematic: string, path: string, options: Partial<FactoryOptions> = {}) {
  await using factory = await testFactory(options)
  const { id } = await factory.submit(schematic)
  const file = join(folder, crypto.randomUUID())
  await writeFile(file, await factory.download(`/image/${id}/${path}`))
  return { id, disk: await readTalosDisk(file) }
}

const SD_BOOT = 'customization: {bootloader: sd-boot}'
const CONFIGURED = 'customization: {embeddedMachineConfiguration: "machine: {}"}'

describe('a disk says', () => {
  test('what it is', async () => {
    const schematic = 'customization: {systemExtensions: {officialExtensions: [siderolabs/iscsi-tools]}}'
    const { id, disk } = await find(schematic, 'v1.12.2/hcloud-arm64.raw')
    expect(disk).toEqual({
      emulates: 'Talos Linux',
      version: 'v1.12.2',
      schematicId: id,
      extensions: ['siderolabs/iscsi-tools'],
      architecture: 'arm',
      platform: 'hcloud',
      secureBoot: false,
      answers: 'unimplemented',
      boots: true,
    })
  })

  test.each([
    ['{}', 'v1.6.7', 'unimplemented'],
    ['{}', 'v1.12.8', 'unimplemented'],
    ['{}', 'v1.13.0', 'version'],
    ['{}', 'v1.14.0-alpha.0', 'version'],
    [CONFIGURED, 'v1.13.9', 'configured'],
  ])('how %s answers as %s', async (schematic, version, answers) => {
    expect((await find(schematic, `${version}/hcloud-amd64.raw`)).disk).toMatchObject({ answers, boots: true })
  })

  test.each([
    ['{}', 'v1.13.9/metal-amd64.raw', true],
    ['{}', 'v1.13.9/hcloud-amd64-secureboot.raw', false],
    [SD_BOOT, 'v1.13.9/hcloud-amd64.raw', false],
    [SD_BOOT, 'v1.13.9/hcloud-arm64.raw', true],
    ['customization: {bootloader: grub}', 'v1.13.9/hcloud-amd64.raw', true],
    ['customization: {diskImage: {sectorSize: 4096}}', 'v1.13.9/hcloud-amd64.raw', false],
    ['customization: {diskImage: {sectorSize: 512}}', 'v1.13.9/hcloud-amd64.raw', true],
    ['customization: {secureboot: {includeWellKnownCertificates: true}}', 'v1.13.9/hcloud-amd64.raw', false],
    ['overlay: {name: rpi_generic, image: siderolabs/sbc-raspberrypi}', 'v1.13.9/hcloud-arm64.raw', false],
    [CONFIGURED, 'v1.11.6/hcloud-amd64.raw', false],
  ])('whether %s boots as %s: %s', async (schematic, path, boots) => {
    expect((await find(schematic, path)).disk?.boots).toBe(boots)
  })
})

test('what is no such disk says nothing', async () => {
  await using factory = await testFactory()
  const [placeholder, empty, cut] = ['placeholder', 'empty', 'cut'].map((name) => join(folder, name))
  await createPlaceholderDisk(placeholder ?? '', 64 << 20)
  await writeFile(empty ?? '', '')
  await writeFile(cut ?? '', (await factory.download(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw`)).subarray(0, 1 << 20))
  for (const file of [placeholder, empty, cut]) expect(await readTalosDisk(file ?? '')).toBeUndefined()
})

test('a fault makes disks that do not boot, in all their compressions', async () => {
  const told: string[] = []
  const { spoilsDisk } = createFaults([parseFaultFlag('factory disk unbootable arch=x86 times=1')], {
    clock: systemClock,
    onFault: (text) => told.push(text),
  })
  await using factory = await testFactory({ spoilsDisk })
  const boots = async (path: string) => {
    const file = join(folder, crypto.randomUUID())
    await writeFile(file, await factory.download(`/image/${EMPTY}/${path}`))
    return (await readTalosDisk(file))?.boots
  }
  expect(await boots('v1.13.9/hcloud-arm64.raw')).toBe(true)
  expect(await boots('v1.13.9/hcloud-amd64.raw')).toBe(false)
  const compressed = await factory.request(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw.gz`, { method: 'HEAD' })
  expect(compressed.status).toBe(200)
  expect(await boots('v1.13.9/hcloud-amd64.raw')).toBe(false)
  expect(await boots('v1.13.8/hcloud-amd64.raw')).toBe(true)
  expect(told).toEqual([expect.stringContaining(`${EMPTY}/v1.13.9/hcloud-amd64.raw`)])
})

describe('what disks boot from', () => {
  /** @param grub whether a BIOS is to start it */
  async function makeBootSystem(id: string, grub: boolean) {
    const put = async (name: string, bytes: Buffer) => {
      const file = join(folder, `${id}-${name}`)
      await writeFile(file, bytes)
      return file
    }
    const fileSystem = await put('file-system', Buffer.alloc(2 << 20, `${id} file system`))
    if (!grub) return { id, bytes: 2 << 20, fileSystem }
    const first = await put('first', Buffer.alloc(512, 0xf1))
    return { id, bytes: 2 << 20, fileSystem, grub: { first, rest: await put('rest', Buffer.alloc(3000, 0xf2)) } }
  }

  async function downloadWith(boot: Awaited<ReturnType<typeof makeBootSystem>>, path: string, diskBytes = 16 << 20) {
    await using factory = await testFactory({ bootSystem: async () => boot, diskBytes })
    const raw = await factory.download(`/image/${EMPTY}/${path}`)
    const { headers } = await factory.request(`/image/${EMPTY}/${path}`, { method: 'HEAD' })
    const unpacked = gunzipSync(await factory.download(`/image/${EMPTY}/${path}.gz`))
    expect(unpacked.equals(raw)).toBe(true)
    const partitions = new Map(readPartitions(raw).map(({ name, firstSector }) => [name, firstSector]))
    const at = (name: string, offset = 0) => raw.subarray((partitions.get(name) ?? 0) * 512 + offset)
    const file = join(folder, crypto.randomUUID())
    await writeFile(file, raw)
    return {
      raw,
      at,
      biosSector: BigInt(partitions.get('BIOS') ?? 0),
      etag: headers.get('ETag'),
      disk: await readTalosDisk(file),
    }
  }

  test('is GRUB, in the first sector and the BIOS partition, with the file system in BOOT', async () => {
    const { raw, at, biosSector, disk } = await downloadWith(
      await makeBootSystem('a', true),
      'v1.13.9/hcloud-amd64.raw',
    )
    expect(disk?.boots).toBe(true)
    expect([raw[0], raw[439]]).toEqual([0xf1, 0xf1])
    expect(raw.readBigUInt64LE(0x5c)).toBe(biosSector)
    // The partition table's own part of the sector.
    expect([raw[450], raw.readUInt16LE(510)]).toEqual([0xee, 0xaa55])
    expect(at('BIOS')[0]).toBe(0xf2)
    expect(at('BIOS').readBigUInt64LE(500)).toBe(biosSector + 1n)
    expect(at('BOOT').toString('latin1', 0, 13)).toBe('a file system')
  })

  test('is the file system in EFI, without GRUB', async () => {
    const { raw, at, disk } = await downloadWith(await makeBootSystem('b', false), 'v1.13.9/hcloud-arm64.raw')
    expect(disk?.boots).toBe(true)
    expect(raw.subarray(0, 440).every((byte) => byte === 0)).toBe(true)
    expect(at('EFI').toString('latin1', 0, 13)).toBe('b file system')
  })

  test('is missing on a disk that is not to boot, or is too small to', async () => {
    const boot = await makeBootSystem('c', true)
    const secure = await downloadWith(boot, 'v1.13.9/hcloud-amd64-secureboot.raw')
    expect([secure.disk?.boots, secure.raw.includes('c file system')]).toEqual([false, false])
    const large = await downloadWith({ ...boot, bytes: 11 << 20 }, 'v1.13.9/hcloud-amd64.raw')
    expect([large.disk?.boots, large.raw.includes('c file system')]).toEqual([false, false])
  })

  test('makes another disk when it is another', async () => {
    const path = 'v1.13.9/hcloud-amd64.raw'
    const etags = [
      await downloadWith(await makeBootSystem('d', true), path),
      await downloadWith(await makeBootSystem('e', true), path),
    ].map(({ etag }) => etag)
    expect(new Set(etags).size).toBe(2)
  })
})
