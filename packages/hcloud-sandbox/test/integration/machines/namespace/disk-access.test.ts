import { execFileSync } from 'node:child_process'
import { chmod, chown, link, open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allocatedBytes } from '../../../../src/disks.ts'
import { MACHINE_USER } from '../../../../src/machines/namespace/argv.ts'
import { openDiskAccess } from '../../../../src/machines/namespace/disk-access.ts'
import { MIB, makeDisk, makeFolder } from '../../../machines/fixture.ts'

const isRoot = process.getuid?.() === 0
const as = isRoot ? MACHINE_USER : undefined

describe.runIf(process.platform === 'linux')('openDiskAccess', () => {
  it('refuses a file with a second name, and leaves it as it is', async () => {
    await using folder = await makeFolder()
    const decoy = join(folder.path, 'decoy')
    await writeFile(decoy, 'not a disk')
    await chmod(decoy, 0o644)
    const diskFile = join(folder.path, 'disk.raw')
    await link(decoy, diskFile)
    await expect(openDiskAccess(diskFile, as)).rejects.toMatchObject({ code: 'sandbox' })
    expect(await stat(decoy)).toMatchObject({ uid: process.getuid?.(), mode: 0o100644 })
  })

  it.runIf(isRoot)('refuses a file of another user, and takes one of a machine', async () => {
    await using folder = await makeFolder()
    const diskFile = await makeDisk(join(folder.path, 'disk.raw'), MIB)
    await chown(diskFile, 1, 1)
    await expect(openDiskAccess(diskFile, as)).rejects.toMatchObject({ code: 'sandbox' })
    expect((await stat(diskFile)).uid).toBe(1)
    await chown(diskFile, MACHINE_USER.uid, MACHINE_USER.gid)
    const access = await openDiskAccess(diskFile, as)
    await access.shut()
    await access.close()
  })

  it('gives the disk its size and mode back, and frees what is held past its end', async () => {
    await using folder = await makeFolder()
    const diskFile = await makeDisk(join(folder.path, 'disk.raw'), MIB)
    const access = await openDiskAccess(diskFile, as)
    await access.shut()
    const handle = await open(diskFile, 'r+')
    await handle.truncate(8 * MIB)
    await handle.close()
    await chmod(diskFile, 0o6777)
    await access.restore()
    expect(await stat(diskFile)).toMatchObject({ size: MIB, mode: 0o100600 })
    execFileSync('fallocate', ['--keep-size', '--length', '8M', diskFile])
    expect(await allocatedBytes(diskFile)).toBe(8 * MIB)
    await access.restore()
    await access.close()
    expect(await allocatedBytes(diskFile)).toBeLessThanOrEqual(MIB)
  })
})
