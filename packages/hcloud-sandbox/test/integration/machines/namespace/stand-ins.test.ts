import { open, readFile, stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { allocatedBytes } from '../../../../src/disks.ts'
import { MIB, makeIsolation } from '../../../machines/fixture.ts'

const DISK_BYTES = 32 * MIB
/** Each boots a machine. */
const SLOW = { timeout: 30_000 }

/** A disk without a hole. */
async function fill(diskFile: string): Promise<void> {
  const handle = await open(diskFile, 'r+')
  await handle.write(Buffer.alloc(DISK_BYTES, 'x'))
  await handle.sync()
  await handle.close()
}

describe.runIf(process.platform === 'linux')('blkdiscard', SLOW, () => {
  it('frees the whole disk, and says so', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    await fill(room.diskFile)
    expect(await room.run('blkdiscard -f -v /dev/sda')).toEqual({
      status: 0,
      signal: null,
      stdout: `/dev/sda: Discarded ${DISK_BYTES} bytes from the offset 0\n`,
      stderr: '',
    })
    expect((await stat(room.diskFile)).size).toBe(DISK_BYTES)
    expect(await allocatedBytes(room.diskFile)).toBe(0)
  })

  it('frees a range, and leaves the rest', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    await fill(room.diskFile)
    expect(await room.run('blkdiscard --offset 1MiB -l 2M /dev/sda')).toMatchObject({ status: 0, stdout: '' })
    const disk = await readFile(room.diskFile)
    expect(disk.subarray(MIB, 3 * MIB).equals(Buffer.alloc(2 * MIB))).toBe(true)
    expect([disk.at(MIB - 1), disk.at(3 * MIB)]).toEqual([120, 120])
  })

  it('writes zeros when asked to', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    await fill(room.diskFile)
    expect(await room.run('blkdiscard -z /dev/sda')).toMatchObject({ status: 0 })
    expect((await readFile(room.diskFile)).equals(Buffer.alloc(DISK_BYTES))).toBe(true)
  })

  it.each([
    ['-s /dev/sda', 'Operation not supported'],
    ['/dev/sdb', 'No such file or directory'],
    ['/dev/null', 'not a block device'],
    ['-o 1 /dev/sda', 'not aligned'],
    ['-o 1G /dev/sda', 'greater than device size'],
    ['-l x /dev/sda', 'failed to parse'],
    ['', 'no device'],
  ])('refuses %s', async (args, complaint) => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    await fill(room.diskFile)
    expect(await room.run(`blkdiscard ${args}`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(complaint),
    })
    expect((await readFile(room.diskFile)).equals(Buffer.alloc(DISK_BYTES, 'x'))).toBe(true)
  })
})

describe.runIf(process.platform === 'linux')('blockdev', SLOW, () => {
  it('answers for the disk', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    const { stdout } = await room.run('blockdev --getsize64 --getsz --getss --getpbsz --getbsz --getro /dev/sda')
    expect(stdout.trim().split('\n')).toEqual([String(DISK_BYTES), String(DISK_BYTES / 512), '512', '512', '4096', '0'])
    expect(await room.run('blockdev --flushbufs --rereadpt /dev/sda')).toMatchObject({ status: 0, stdout: '' })
    expect(await room.run('blockdev --getsize64 /dev/sdb')).toMatchObject({ status: 1 })
    expect(await room.run('blockdev --getsize64 /dev/null')).toMatchObject({ status: 1 })
  })
})

describe.runIf(process.platform === 'linux')('lsblk', SLOW, () => {
  it('shows one disk, in every form', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES + MIB / 2 })
    const bytes = String(DISK_BYTES + MIB / 2)
    expect((await room.run('lsblk -b -d -n -o SIZE /dev/sda')).stdout).toBe(`${bytes}\n`)
    expect((await room.run('lsblk')).stdout).toBe(
      'NAME MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS\nsda  8:0      0 32.5M  0 disk\n',
    )
    expect(JSON.parse((await room.run('lsblk -J -b -o NAME,SIZE,TYPE,RO,MODEL,FSTYPE')).stdout)).toEqual({
      blockdevices: [{ name: 'sda', size: Number(bytes), type: 'disk', ro: false, model: 'QEMU', fstype: null }],
    })
    expect((await room.run('lsblk -P -p -o NAME,TYPE')).stdout).toBe('NAME="/dev/sda" TYPE="disk"\n')
    expect(await room.run('lsblk /dev/sdb')).toMatchObject({ status: 1 })
    expect(await room.run('lsblk -o COLOUR')).toMatchObject({ status: 1 })
  })
})

describe.runIf(process.platform === 'linux')('dd', SLOW, () => {
  it('keeps what lies behind the data', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    await fill(room.diskFile)
    expect(await room.run('printf new | dd of=/dev/sda bs=1M && sync')).toMatchObject({ status: 0 })
    const disk = await readFile(room.diskFile)
    expect(disk.length).toBe(DISK_BYTES)
    expect(disk.subarray(0, 4).toString()).toBe('newx')
    expect(disk.at(-1)).toBe(120)
  })

  it('keeps its other operands, and is dd for other files', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    await fill(room.diskFile)
    await room.run('printf ab | dd of=/dev/sda bs=1 seek=4 conv=sparse,fsync status=none')
    expect((await readFile(room.diskFile)).subarray(2, 8).toString()).toBe('xxabxx')
    expect((await room.run('printf abcdef > /tmp/f; printf x | dd of=/tmp/f status=none; cat /tmp/f')).stdout).toBe('x')
  })

  it('does direct I/O where the file system can, and the plain one elsewhere', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    const copy = 'head -c 8M /dev/zero | dd of=/dev/sda bs=1M iflag=fullblock oflag=direct status=none'
    const back = 'dd if=/dev/sda bs=1M iflag=direct count=8 status=none | wc -c'
    expect(await room.run(`${copy} && ${back}`)).toMatchObject({ status: 0, stdout: `${8 * MIB}\n`, stderr: '' })
  })

  it('fails where the disk ends, and the disk stays as large as it is', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    expect(await room.run('dd if=/dev/zero of=/dev/sda bs=1M')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^dd: error writing '\/dev\/sda': File too large/),
    })
    expect((await stat(room.diskFile)).size).toBe(DISK_BYTES)
  })

  it('is not the only way to shorten a disk; that is put right afterwards', async () => {
    await using room = await makeIsolation({ diskBytes: DISK_BYTES })
    await room.run('echo short > /dev/sda')
    await room.isolation.restoreDisk()
    const disk = await readFile(room.diskFile)
    expect(disk.length).toBe(DISK_BYTES)
    expect(disk.subarray(0, 6).toString()).toBe('short\n')
  })
})
