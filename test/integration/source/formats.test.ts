import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { detectCompression } from '../../../src/compressions.ts'
import { looksLikeDisk, type RandomAccess, unpackedBytes } from '../../../src/source/formats.ts'
import { createRandom, diskImage, gzip, MIB, pipeThrough, xz, zstd } from '../../unit/source/fixture.ts'
import { tempDir } from '../../unit/util/temp-dir.ts'

function access(bytes: Uint8Array): RandomAccess {
  return {
    sizeBytes: bytes.length,
    async read(offset, length) {
      if (offset < 0 || length < 0) throw new RangeError(`a read at ${offset} of ${length}`)
      return bytes.subarray(offset, offset + length)
    },
  }
}

const sizeOf = (bytes: Uint8Array): Promise<number | undefined> =>
  unpackedBytes(detectCompression(bytes), access(bytes))

const DISK = diskImage()

describe('the unpacked size', () => {
  test('of a plain disk is its own, of gzip it is unknown', async () => {
    expect(await sizeOf(DISK)).toBe(3 * MIB)
    expect(await sizeOf(gzip(DISK))).toBeUndefined()
  })

  test.each([100, 255, 256, 257, 65_535, 65_536, 65_791, 65_792, 3 * MIB, 3 * MIB + 1])(
    'of a zstd file of %i bytes stands in its header',
    async (bytes) => {
      await using dir = await tempDir()
      await writeFile(dir.file('disk'), diskImage(Math.max(bytes, 600), 50).subarray(0, bytes))
      for (const level of ['-1', '-19', '--long=27']) {
        const packed = execFileSync('zstd', ['-q', '-c', level, dir.file('disk')])
        expect(await sizeOf(packed)).toBe(bytes)
      }
    },
  )

  test('of a zstd stream stands in its header only when the size was given', async () => {
    expect(await sizeOf(zstd(DISK))).toBeUndefined()
    expect(await sizeOf(zstd(DISK, `--stream-size=${DISK.length}`))).toBe(DISK.length)
  })

  test('of an xz file stands at its end, whatever it is made of', async () => {
    expect(await sizeOf(xz(DISK))).toBe(DISK.length)
    expect(await sizeOf(xz(DISK, '--block-size=100000'))).toBe(DISK.length)
    expect(await sizeOf(xz(DISK, '-T2', '--block-size=65536', '--check=none'))).toBe(DISK.length)
    expect(await sizeOf(xz(DISK, '--check=sha256'))).toBe(DISK.length)
    expect(await sizeOf(xz(new Uint8Array()))).toBe(0)
  })

  test('of several xz streams is their sum', async () => {
    const streams = [xz(DISK), xz(Buffer.alloc(1234)), xz(new Uint8Array()), xz(Buffer.alloc(99), '--check=crc32')]
    expect(await sizeOf(Buffer.concat(streams))).toBe(DISK.length + 1234 + 99)
  })

  test('of very many xz streams, or of one with something behind it, is unknown', async () => {
    const stream = xz(Buffer.alloc(10))
    expect(await sizeOf(Buffer.concat(Array(16).fill(stream)))).toBe(160)
    expect(await sizeOf(Buffer.concat(Array(17).fill(stream)))).toBeUndefined()
    expect(await sizeOf(Buffer.concat([stream, Buffer.alloc(4)]))).toBeUndefined()
    expect(await sizeOf(Buffer.concat([stream, DISK]))).toBeUndefined()
  })

  test('agrees with what the real commands say of themselves', async () => {
    const packed = xz(DISK, '--block-size=300000')
    const listed = pipeThrough('xz', ['-dc'], packed)
    expect(await sizeOf(packed)).toBe(listed.length)
  })
})

describe('damaged files', () => {
  test('cut off anywhere have no size, or that of their header', async () => {
    const packed = xz(diskImage(20_000, 500), '--block-size=4000')
    for (let length = 0; length < packed.length; length++) {
      const size = await sizeOf(packed.subarray(0, length))
      expect(size === undefined || length < 6).toBe(true)
    }
    const frame = zstd(diskImage(20_000, 500), '--stream-size=20000')
    for (let length = 4; length < 18; length++) {
      expect([undefined, 20_000]).toContain(await sizeOf(frame.subarray(0, length)))
    }
  })

  test('of random bytes never make it stumble', async () => {
    const random = createRandom(42)
    const heads = [
      [0x28, 0xb5, 0x2f, 0xfd],
      [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    ]
    let known = 0
    for (let round = 0; round < 5000; round++) {
      const bytes = Uint8Array.from({ length: 12 + random(200) }, () => random(256))
      bytes.set(heads[round % 2] ?? [])
      // As far as the reader looks: an end that looks like one.
      if (round % 4 === 1) bytes.set([random(16), 0, 0, 0, 0, 1, 0x59, 0x5a], bytes.length - 8)
      const size = await sizeOf(bytes)
      if (size !== undefined) known += 1
      expect(size === undefined || (Number.isFinite(size) && size >= 0)).toBe(true)
    }
    expect(known).toBeGreaterThan(0)
  })
})

describe('the beginning of a zstd frame', () => {
  test('shows whether it holds a disk', async () => {
    expect(await looksLikeDisk('zst', zstd(diskImage()))).toBe(true)
    expect(await looksLikeDisk('zst', zstd(Buffer.alloc(1 << 20, 'text')))).toBe(false)
  })

  // A window descriptor of 0xf8 is 2 TiB; a frame in one segment has no window but its content, here 8 GiB.
  test.each([
    ['a window', [0x00, 0xf8]],
    ['a single segment', [0xe0, 0, 0, 0, 0, 2, 0, 0, 0]],
  ])('that wants to look back at more than this computer should keep (%s) is not unpacked', async (_, header) => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...header, 0x01, 0, 0])
    const before = process.memoryUsage().arrayBuffers
    expect(await looksLikeDisk('zst', frame)).toBeUndefined()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20)
  })
})
