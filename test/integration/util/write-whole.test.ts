/** Devices and pipes of this test's own, in a folder of its own; never those of the machine. */

import { execFileSync } from 'node:child_process'
import { closeSync, writeSync } from 'node:fs'
import { chmod, open, readdir, stat, symlink } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { writeJsonFile } from '../../../src/cli/write-file.ts'
import { openPrivate, tryToWrite, writeWhole } from '../../../src/util/write-whole.ts'
import { testIo } from '../../unit/cli/fixture.ts'
import { tempDir } from '../../unit/util/temp-dir.ts'

const isRoot = process.getuid?.() === 0

async function nodes() {
  const dir = await tempDir()
  execFileSync('mkfifo', [dir.file('pipe')])
  if (isRoot) {
    execFileSync('mknod', [dir.file('null'), 'c', '1', '3'])
    execFileSync('mknod', [dir.file('full'), 'c', '1', '7'])
    await chmod(dir.file('null'), 0o666)
  }
  const describeNode = async (name: string) => {
    const { mode, ino, rdev } = await stat(dir.file(name))
    return { mode, ino, rdev }
  }
  return { ...dir, describeNode }
}

describe.skipIf(!isRoot)('a device', () => {
  test('stays what it is, also behind a link, and nothing is left beside it', async () => {
    await using dir = await nodes()
    await symlink('null', dir.file('link'))
    const before = await dir.describeNode('null')
    for (const name of ['null', 'link']) {
      await tryToWrite(dir.file(name))
      await writeWhole(dir.file(name), 'text')
      const log = openPrivate(dir.file(name))
      writeSync(log, 'text')
      closeSync(log)
    }
    expect(await dir.describeNode('null')).toEqual(before)
    expect((await readdir(dir.path)).toSorted()).toEqual(['full', 'link', 'null', 'pipe'])
  })

  test('that takes nothing is an error', async () => {
    await using dir = await nodes()
    const before = await dir.describeNode('full')
    const io = testIo({ cwd: dir.path })
    await expect(writeJsonFile(io, 'full', '--manifest', {})).rejects.toThrow('full cannot be written: no space left')
    expect(await dir.describeNode('full')).toEqual(before)
  })
})

describe('a pipe', () => {
  test('gets the text, whole', async () => {
    await using dir = await nodes()
    await using reader = await open(dir.file('pipe'), 'r+')
    const text = 'x'.repeat(4096)
    await writeWhole(dir.file('pipe'), text)
    const { bytesRead } = await reader.read(Buffer.alloc(8192), 0, 8192)
    expect(bytesRead).toBe(text.length)
    expect((await stat(dir.file('pipe'))).isFIFO()).toBe(true)
  })

  test('that no program reads is an error, and not waited for', async () => {
    await using dir = await nodes()
    const io = testIo({ cwd: dir.path })
    await expect(writeJsonFile(io, 'pipe', '--manifest', {})).rejects.toThrow('a pipe that no program reads')
    expect(() => openPrivate(dir.file('pipe'))).toThrow('ENXIO')
  })
})
