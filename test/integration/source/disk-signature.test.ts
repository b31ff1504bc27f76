import { describe, expect, test } from 'vitest'
import { looksLikeDisk } from '../../../src/source/disk-signature.ts'
import { diskImage, zstd } from '../../unit/source/fixture.ts'

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
