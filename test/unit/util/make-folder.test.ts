import { readdir, stat, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { makeFolder } from '../../../src/util/make-folder.ts'
import { tempDir } from './temp-dir.ts'

test('makes the folders above, too, and tells the uppermost that is new', async () => {
  await using dir = await tempDir()
  expect(await makeFolder(dir.file('a/b/c'), 0o700)).toBe(dir.file('a'))
  expect((await stat(dir.file('a'))).mode & 0o777).toBe(0o700)
  expect(await readdir(dir.file('a/b'))).toEqual(['c'])
  expect(await makeFolder(dir.file('a/b'))).toBeUndefined()
  expect(await makeFolder(dir.file('a/d'))).toBe(dir.file('a/d'))
})

test('fails where a file is in the way, or the file system takes no folder', async () => {
  await using dir = await tempDir()
  await writeFile(dir.file('file'), '')
  await expect(makeFolder(dir.file('file'))).rejects.toThrow('EEXIST')
  await expect(makeFolder(dir.file('file/below'))).rejects.toThrow('ENOTDIR')
})

// With `recursive` this never ends, and neither does the process of the test.
test.runIf(process.platform === 'linux')('ends below /proc', async () => {
  await expect(makeFolder('/proc/nothing/below')).rejects.toThrow('ENOENT')
})
