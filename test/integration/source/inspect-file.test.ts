import { execFileSync } from 'node:child_process'
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { inspectFile, sha256OfFile } from '../../../src/source/inspect-file.ts'
import { diskImage, gzip, MIB, withTable, xz, zstd } from '../../unit/source/fixture.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { type TempDir, tempDir } from '../../unit/util/temp-dir.ts'

const DISK = diskImage()
const AT = { kind: 'flag', name: '--image-file' } as const

async function write(dir: TempDir, bytes: Uint8Array | string): Promise<string> {
  await writeFile(dir.file('image'), bytes)
  return dir.file('image')
}

describe('a disk image on this computer', () => {
  test.each([
    ['none', DISK, DISK.length],
    ['zst', zstd(DISK, `--stream-size=${DISK.length}`), DISK.length],
    ['zst', zstd(DISK), undefined],
    ['xz', xz(DISK), DISK.length],
    ['gz', gzip(DISK), undefined],
  ])('packed as %s is told by its content', async (compression, bytes, rawBytes) => {
    await using dir = await tempDir()
    const facts = await inspectFile(await write(dir, bytes), AT)
    expect(facts).toEqual({ compression, transferBytes: bytes.length, rawBytes })
  })

  test.each([
    ['zst', '1G', 'zstd -q -c'],
    ['gz', '160M', 'gzip -1 -c'],
  ])('of nearly nothing but zeros is not unpacked whole (%s)', async (compression, bytes, pack) => {
    await using dir = await tempDir()
    const path = await write(dir, DISK.subarray(0, 512))
    execFileSync('bash', ['-c', `{ cat "$1"; head -c ${bytes} /dev/zero; } | ${pack} >"$1.packed"`, 'bash', path])
    const before = process.memoryUsage.rss()
    expect((await inspectFile(`${path}.packed`)).compression).toBe(compression)
    expect(process.memoryUsage.rss() - before).toBeLessThan(80 * MIB)
  })

  test('is found behind a link', async () => {
    await using dir = await tempDir()
    await symlink(await write(dir, DISK), dir.file('link'))
    expect((await inspectFile(dir.file('link'))).rawBytes).toBe(DISK.length)
  })

  test('has the hash that sha256sum tells', async () => {
    await using dir = await tempDir()
    const path = await write(dir, DISK)
    expect(await sha256OfFile(path)).toBe(execFileSync('sha256sum', [path]).toString().slice(0, 64))
    const stop = new AbortController()
    stop.abort()
    await expect(sha256OfFile(path, stop.signal)).rejects.toThrow()
  })
})

describe('what is no disk image', () => {
  test.each([
    ['empty', '', 'is empty'],
    ['text', 'hello\n'.repeat(1000), 'no boot sector'],
    ['short', DISK.subarray(0, 511), 'no boot sector'],
    ['packed text', zstd(Buffer.from('hello\n'.repeat(1000))), 'no boot sector'],
    ['gzipped text', gzip(Buffer.from('hello\n'.repeat(1000))), 'no boot sector'],
    ['zeros', Buffer.alloc(MIB), 'no boot sector'],
    ['packed zeros', zstd(Buffer.alloc(MIB)), 'no boot sector'],
  ])('is refused: %s', async (_, bytes, message) => {
    await using dir = await tempDir()
    const path = await write(dir, bytes)
    const error = await failureOf(inspectFile(path, AT))
    expect(error).toMatchObject({ code: 'source', at: AT })
    expect(error.message).toContain(path)
    expect(error.message).toContain(message)
    expect(error.hint).toBeDefined()
  })

  test.each([512, 4096])(
    'is refused: a disk that ends before its partition table says (sectors of %i)',
    async (sector) => {
      await using dir = await tempDir()
      const disk = withTable(DISK, DISK.length, sector)
      expect(await inspectFile(await write(dir, disk), AT)).toMatchObject({ rawBytes: DISK.length })
      const path = await write(dir, disk.subarray(0, DISK.length - 512))
      expect(await failureOf(inspectFile(path, AT))).toMatchObject({
        code: 'source',
        at: AT,
        message: `${path} has ${DISK.length - 512} bytes, and its own partition table says ${DISK.length}: its end is missing`,
        hint: 'get, copy or pack the image anew',
      })
      // Of what is packed this cannot be told before it is written.
      expect(await inspectFile(await write(dir, xz(disk.subarray(0, MIB))), AT)).toMatchObject({ rawBytes: MIB })
    },
  )

  test('is refused: nothing there, a folder, a pipe without a writer', async () => {
    await using dir = await tempDir()
    await mkdir(dir.file('folder'))
    execFileSync('mkfifo', [dir.file('pipe')])
    expect((await failureOf(inspectFile(dir.file('missing')))).message).toContain('does not exist')
    expect((await failureOf(inspectFile(dir.file('folder')))).message).toContain('is not a file')
    expect((await failureOf(inspectFile(dir.file('pipe')))).message).toContain('is not a file')
    await writeFile(dir.file('image'), DISK)
    expect((await failureOf(inspectFile(`${dir.file('image')}/below`))).message).toContain('cannot be read')
  })

  test.skipIf(process.getuid?.() === 0)('is refused: a file that may not be read', async () => {
    await using dir = await tempDir()
    await writeFile(dir.file('image'), DISK, { mode: 0 })
    expect((await failureOf(inspectFile(dir.file('image')))).message).toContain('cannot be read')
  })
})

describe('a damaged beginning', () => {
  test.each([
    ['zst', zstd(DISK)],
    ['gz', gzip(DISK)],
    ['xz', xz(DISK)],
  ])('of %s is left for the build server to find', async (compression, bytes) => {
    await using dir = await tempDir()
    const damaged = Buffer.from(bytes)
    damaged.fill(0xff, 6, 200)
    expect((await inspectFile(await write(dir, damaged))).compression).toBe(compression)
    if (compression === 'gz') return
    for (const length of [6, 7, 10, 20, 100]) {
      await truncate(await write(dir, bytes), length)
      expect((await inspectFile(dir.file('image'))).compression).toBe(compression)
    }
  })
})
