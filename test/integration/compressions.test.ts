import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { COMPRESSIONS, detectCompression, MAGIC_BYTES } from '../../src/compressions.ts'
import { bzip2, diskImage, gzip, xz, zstd } from '../unit/source/fixture.ts'

const DISK = diskImage()

test('the compression shows in the first bytes', () => {
  expect(detectCompression(zstd(DISK))).toBe('zst')
  expect(detectCompression(xz(DISK))).toBe('xz')
  expect(detectCompression(gzip(DISK))).toBe('gz')
  expect(detectCompression(bzip2(DISK))).toBe('bz2')
  expect(detectCompression(DISK)).toBe('none')
  expect(detectCompression(new Uint8Array())).toBe('none')
  expect(detectCompression(zstd(DISK).subarray(0, 3))).toBe('none')
})

test('only the plain disk has no bytes of its own, and no two have the same', () => {
  const magics = COMPRESSIONS.map(({ magic }) => magic)
  expect(magics.filter((magic) => magic === '')).toHaveLength(1)
  expect(magics.at(-1)).toBe('')
  expect(new Set(magics).size).toBe(magics.length)
  for (const magic of magics) expect(magic).toMatch(/^(?:[0-9a-f]{2})*$/)
  expect(MAGIC_BYTES).toBe(6)
})

test.each(['docs/configuration.md', 'docs/moving.md', 'docs/troubleshooting.md'])('%s names each', async (file) => {
  const text = await readFile(file, 'utf8')
  for (const { title } of COMPRESSIONS) if (title !== 'none') expect(text).toContain(title)
})
