import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  allocatedBytes,
  assertFreeSpace,
  copyDisk,
  createPlaceholderDisk,
  freeBytes,
  PLACEHOLDER_MARKER,
} from '../../src/disks.ts'

const MIB = 1024 * 1024
const GB = 1e9
/** A multiple of 512 that is none of 64 KiB. */
const DISK_BYTES = 40 * GB

let folder = ''
let disk = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disks-test-'))
  disk = join(folder, 'disk.raw')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function readAt(path: string, offset: number, length: number): Promise<Buffer> {
  const handle = await open(path)
  try {
    const bytes = Buffer.alloc(length)
    await handle.read(bytes, 0, length, offset)
    return bytes
  } finally {
    await handle.close()
  }
}

/** As libblkid reads them from the file: it checks the sums, and takes the table at the end when that in front is bad. */
const readPartitions = () =>
  execFileSync('partx', ['--raw', '--noheadings', '--output', 'NR,START,END,NAME,SCHEME', disk], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  })
    .trim()
    .split('\n')

const hasMarker = async (offset: number, length: number) =>
  (await readAt(disk, offset, length)).includes(PLACEHOLDER_MARKER)

describe('createPlaceholderDisk', () => {
  it('makes a file of the full size that takes up some tens of MiB at most', async () => {
    await createPlaceholderDisk(disk, DISK_BYTES)
    expect((await stat(disk)).size).toBe(DISK_BYTES)
    expect(await allocatedBytes(disk)).toBeGreaterThan(4 * MIB)
    expect(await allocatedBytes(disk)).toBeLessThan(40 * MIB)
  })

  it('has a valid partition table, in front and at the end', async () => {
    await createPlaceholderDisk(disk, DISK_BYTES)
    const partitions = ['1 262144 78124966 root gpt', '14 2048 8191 bios gpt', '15 8192 262143 efi gpt']
    expect(readPartitions()).toEqual(partitions)
    expect((await readAt(disk, 446 + 4, 1)).toString('hex')).toBe('ee')
    const handle = await open(disk, 'r+')
    await handle.write(Buffer.alloc(512), 0, 512, 512)
    await handle.close()
    expect(readPartitions()).toEqual(partitions)
  })

  it('has stale data where Talos will be, beyond it, in the middle and at the very end', async () => {
    await createPlaceholderDisk(disk, DISK_BYTES)
    expect(await hasMarker(0, 128 * 1024)).toBe(true)
    expect(await hasMarker(100 * MIB, 30 * MIB)).toBe(true)
    expect(await hasMarker(1200 * MIB, 40 * MIB)).toBe(true)
    expect(await hasMarker(DISK_BYTES / 2 - 64 * 1024, 128 * 1024)).toBe(true)
    expect(await hasMarker(DISK_BYTES - 64 * 1024, 64 * 1024 - 33 * 512)).toBe(true)
  })

  it.each([MIB, 8 * MIB, 200 * MIB])('works for a small disk of %i bytes', async (bytes) => {
    await createPlaceholderDisk(disk, bytes)
    expect((await stat(disk)).size).toBe(bytes)
    expect(readPartitions().at(0)).toMatch(/^1 \d+ \d+ root gpt$/)
  })

  it('replaces no file', async () => {
    await writeFile(disk, 'precious')
    await expect(createPlaceholderDisk(disk, MIB)).rejects.toMatchObject({ code: 'sandbox' })
    expect(await readFile(disk, 'utf8')).toBe('precious')
  })

  it.each([0, 1000, MIB + 1])('makes no disk of %i bytes', async (bytes) => {
    await expect(createPlaceholderDisk(disk, bytes)).rejects.toThrow(RangeError)
  })
})

describe('copyDisk', () => {
  it('copies content and size, and makes holes of zeros', async () => {
    const handle = await open(disk, 'wx')
    await handle.write(Buffer.alloc(8 * MIB), 0, 8 * MIB, 0)
    await handle.write('data', 5 * MIB)
    await handle.truncate(GB)
    await handle.close()
    const copy = join(folder, 'copy.raw')
    await copyDisk(disk, copy)
    expect((await stat(copy)).size).toBe(GB)
    expect((await readAt(copy, 5 * MIB, 4)).toString()).toBe('data')
    expect(await allocatedBytes(copy)).toBeLessThan(MIB)
  })

  it('gives a copy to no other user, whatever the mode of the disk', async () => {
    await createPlaceholderDisk(disk, 4 * MIB)
    await chmod(disk, 0o6777)
    const copy = join(folder, 'copy.raw')
    await copyDisk(disk, copy)
    expect((await stat(copy)).mode & 0o7777).toBe(0o600)
  })

  it('leaves nothing behind when it is cancelled or fails', async () => {
    const copy = join(folder, 'copy.raw')
    await expect(copyDisk(disk, copy)).rejects.toMatchObject({ code: 'sandbox' })
    await createPlaceholderDisk(disk, 100 * MIB)
    const cancelled = new AbortController()
    const copying = copyDisk(disk, copy, cancelled.signal)
    cancelled.abort(new Error('enough'))
    await expect(copying).rejects.toThrow('enough')
    await expect(stat(copy)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('free space', () => {
  it('is what the file system says', async () => {
    expect(await freeBytes(folder)).toBeGreaterThan(0)
    await expect(assertFreeSpace(folder, 1)).resolves.toBeUndefined()
  })

  it('names the folder, both sizes and a way out when there is too little', async () => {
    await expect(assertFreeSpace(folder, 1e18)).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining(`in ${folder}, and`),
      hint: expect.stringContaining('another folder'),
    })
  })
})
