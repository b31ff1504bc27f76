import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { quote } from '../../../src/remote/quote.ts'
import { verifyScript } from '../../../src/remote/verify-script.ts'
import { dataHash } from '../../support/data-hash.ts'
import { diskImage, withTable } from '../../unit/source/fixture.ts'
import { type Bench, bench, leftMemory, MIB } from './fixture.ts'

/** A disk that begins with an image and is zero behind it. */
function diskWith(image: Uint8Array, bytes: number): Buffer {
  const disk = Buffer.alloc(bytes)
  disk.set(image)
  return disk
}

async function verify(room: Bench, disk: Uint8Array, diskBytes: number) {
  await room.insert(disk)
  const { exitCode, report, stdout } = await room.run(
    verifyScript({ device: room.device, diskBytes, oldBytes: undefined }),
  )
  expect(await readdir(room.file('tmp'))).toEqual([])
  return { exitCode, stdout, ...Object.fromEntries(report) }
}

const SIZES = [MIB, 3 * MIB, 512, MIB - 512, MIB + 512, MIB + 700_416, 2 * MIB + 300, 3 * MIB - 1, 100_000]

describe('reading a disk back', () => {
  test.each(SIZES)('finds an image of %i bytes as it was written', async (bytes) => {
    await using room = await bench()
    const image = diskImage(bytes, bytes - 512)
    expect(await verify(room, diskWith(image, 4 * MIB), bytes)).toMatchObject({
      exitCode: 0,
      'data-hash': dataHash(image),
      'boot-sector': 'ok',
      rest: 'zero',
    })
  })

  test.each([3 * MIB, 3 * MIB - 512, 2 * MIB + 512])(
    'finds an image of %i bytes that fills the disk',
    async (bytes) => {
      await using room = await bench()
      const image = diskImage(bytes, bytes - 512)
      expect(await verify(room, image, bytes)).toMatchObject({
        exitCode: 0,
        'data-hash': dataHash(image),
        rest: 'zero',
      })
    },
  )

  test.each([0, 100_000, MIB, 2 * MIB + 299])('finds an altered byte at %i', async (at) => {
    await using room = await bench()
    const image = diskImage(2 * MIB + 300)
    const disk = diskWith(image, 4 * MIB)
    disk[at] = (disk[at] ?? 0) ^ 1
    const found = await verify(room, disk, image.length)
    expect(found).toMatchObject({ exitCode: 0, rest: 'zero' })
    expect(found).not.toMatchObject({ 'data-hash': dataHash(image) })
  })

  test.each([10 * MIB, 10 * MIB + 1, 39 * MIB])('finds a byte at %i, where the image is zero', async (at) => {
    await using room = await bench()
    const image = diskImage(40 * MIB)
    image.fill(0, 2 * MIB)
    const disk = diskWith(image, 41 * MIB)
    expect(await verify(room, disk, image.length)).toMatchObject({ 'data-hash': dataHash(image) })
    disk[at] = 1
    const found = await verify(room, disk, image.length)
    expect(found).toMatchObject({ exitCode: 0, rest: 'zero' })
    expect(found).not.toMatchObject({ 'data-hash': dataHash(image) })
  })

  test('takes little memory when little is left', async () => {
    await using room = await bench()
    const image = diskImage(9 * MIB + 512, 9 * MIB)
    await room.insert(diskWith(image, 12 * MIB))
    const script = verifyScript({ device: room.device, diskBytes: image.length, oldBytes: undefined })
    const { report } = await room.run(script, { before: leftMemory(1024) })
    expect(Object.fromEntries(report)).toMatchObject({ 'data-hash': dataHash(image), rest: 'zero' })
  })

  test.each([
    [2 * MIB + 300, 2 * MIB + 300, 2 * MIB + 300],
    [2 * MIB + 300, 2 * MIB + 70_000, 2 * MIB + 65_536],
    [2 * MIB + 300, 3 * MIB - 1, 3 * MIB - 65_536],
    [2 * MIB + 300, 3 * MIB, 3 * MIB],
    [2 * MIB, 2 * MIB, 2 * MIB],
    [2 * MIB, 5 * MIB - 1, 5 * MIB - 65_536],
    [2 * MIB, 5 * MIB + 511, 5 * MIB],
  ])('behind %i bytes finds old data at %i', async (bytes, at, told) => {
    await using room = await bench()
    const disk = diskWith(diskImage(bytes), 5 * MIB + 512)
    disk[at] = 1
    expect(await verify(room, disk, bytes)).toMatchObject({ exitCode: 0, rest: String(told) })
  })

  test('finds old data far behind the image, and where it is', async () => {
    await using room = await bench()
    await room.insert(diskImage(2 * MIB))
    const script = verifyScript({ device: room.device, diskBytes: 2 * MIB, oldBytes: undefined })
    const { report } = await room.run(script, { before: putData(room, 1500 * MIB, 1) })
    expect(report.get('rest')).toBe(String(1500 * MIB))
  })

  test.each([
    [512, 3 * MIB, 3 * MIB],
    [4096, 3 * MIB, 3 * MIB],
    [512, 40 * 1024 * MIB, 40 * 1024 * MIB],
  ])('tells how large the disk is by its partition table (sectors of %i, %i bytes)', async (sector, bytes, told) => {
    await using room = await bench()
    const image = withTable(diskImage(2 * MIB), bytes, sector)
    expect(await verify(room, diskWith(image, 4 * MIB), image.length)).toMatchObject({ 'table-bytes': String(told) })
  })

  test('tells nothing of the kind of a disk without such a table', async () => {
    await using room = await bench()
    expect(await verify(room, diskWith(diskImage(MIB), 4 * MIB), MIB)).toMatchObject({ 'table-bytes': '0' })
  })

  test('misses the boot sector of what is no disk', async () => {
    await using room = await bench()
    expect(await verify(room, Buffer.alloc(3 * MIB, 'text'), 2 * MIB)).toMatchObject({ 'boot-sector': 'missing' })
  })

  test('says so when the disk cannot be read', async () => {
    await using room = await bench()
    const device = room.file('missing')
    const { exitCode, report } = await room.run(verifyScript({ device, diskBytes: MIB, oldBytes: undefined }))
    expect(exitCode).toBe(3)
    expect(report.get('error')).toMatch(/^read .*No such file/)
  })

  test('says so when the disk is smaller than the image', async () => {
    await using room = await bench()
    const image = diskImage(2 * MIB)
    expect(await verify(room, image.subarray(0, MIB + 512), image.length)).toMatchObject({
      exitCode: 3,
      error: `read the disk has ${MIB + 512} bytes, and the image ${2 * MIB}`,
    })
  })

  describe('of which is known how far it may have held something before', () => {
    const GIB = 1024 * MIB
    const OLD = GIB + 700 * MIB

    test.each([
      ['right behind the image', 2 * MIB, 1, 2 * MIB],
      ['in a single place where there was something', GIB + 600 * MIB, 1, GIB + 600 * MIB],
      ['at the end of that', OLD - 1, 1, OLD - 65_536],
      ['at the very end of the disk', 3 * GIB - 1, 1, 3 * GIB - 65_536],
      ['in 512 MiB elsewhere', OLD + 100 * MIB, 512 * MIB, OLD + 512 * MIB],
    ])('finds old data %s', async (_, at, bytes, told) => {
      await using room = await bench()
      await room.insert(diskImage(2 * MIB))
      const before = `truncate -s ${3 * GIB} ${quote(room.device)}\n${putData(room, at, bytes)}`
      const script = verifyScript({ device: room.device, diskBytes: 2 * MIB, oldBytes: OLD })
      expect((await room.run(script, { before })).report.get('rest')).toBe(String(told))
    })

    test('reads all of an image that reaches farther, and ends within a sector', async () => {
      await using room = await bench()
      const image = diskImage(5 * MIB + 700, 100_000)
      image[image.length - 1] = 1
      await room.insert(diskWith(image, 40 * MIB))
      const script = verifyScript({ device: room.device, diskBytes: image.length, oldBytes: 3 * MIB })
      const { report } = await room.run(script)
      expect(Object.fromEntries(report)).toMatchObject({ 'data-hash': dataHash(image), rest: 'zero' })
    })

    test.each([3 * MIB, 20 * MIB, 300 * MIB, GIB, 3 * GIB])('is right with %i bytes of zeros', async (size) => {
      await using room = await bench()
      const image = diskImage(2 * MIB)
      await room.insert(image)
      const script = verifyScript({ device: room.device, diskBytes: image.length, oldBytes: OLD })
      const { report } = await room.run(script, { before: `truncate -s ${size} ${quote(room.device)}\n` })
      expect(Object.fromEntries(report)).toMatchObject({ 'data-hash': dataHash(image), rest: 'zero' })
    })
  })
})

/** A line of a script: a byte that is not zero in each MiB from a place on. */
const putData = (room: Bench, at: number, bytes: number): string =>
  `for ((at = ${at}; at < ${at + bytes}; at += ${MIB})); do
  printf x | dd of=${quote(room.device)} bs=1 seek=$at conv=notrunc status=none
done
`
