import { describe, expect, it } from 'vitest'
import { MIB } from '../src/factory/disk-size.ts'
import { findTooSmallToBoot } from '../src/needs.ts'

describe('disk images that are too small to boot', () => {
  const bootSystem = async (architecture: 'arm' | 'x86') => ({
    id: architecture,
    bytes: (architecture === 'arm' ? 33 : 21) * MIB,
    fileSystem: '/nowhere',
  })

  it.each([
    [24, 'Disk images of 24 MiB are too small to boot; they need 39 MiB.'],
    [38, 'Disk images of 38 MiB are too small to boot; they need 39 MiB.'],
    [39, undefined],
  ])('are told of: %i MiB', async (mib, said) => {
    expect(await findTooSmallToBoot(bootSystem, mib * MIB)).toBe(said)
  })

  it('are none where machines boot no disks, or images have the sizes of real ones', async () => {
    expect(await findTooSmallToBoot(undefined, 8 * MIB)).toBeUndefined()
    expect(await findTooSmallToBoot(bootSystem, undefined)).toBeUndefined()
  })
})
