import { closeSync, type Stats } from 'node:fs'
import { chmod, mkdir, open, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openPrivate, tryToWrite, writeWhole } from '../../../src/util/write-whole.ts'
import { tempDir } from './temp-dir.ts'

const modeOf = ({ mode }: Stats): string => (mode & 0o7777).toString(8)

test('a new file has the mode that every program gives one, and its folders are made', async () => {
  await using dir = await tempDir()
  const file = dir.file('a/b/c')
  await writeWhole(file, 'text')
  await writeFile(dir.file('other'), '')
  expect(await readFile(file, 'utf8')).toBe('text')
  expect(modeOf(await stat(file))).toBe(modeOf(await stat(dir.file('other'))))
})

test.each(['600', '640', '664', '755'])('a file of mode %s keeps it', async (mode) => {
  await using dir = await tempDir()
  const file = dir.file('a')
  await writeFile(file, 'old')
  await chmod(file, Number.parseInt(mode, 8))
  await writeWhole(file, 'new')
  expect([await readFile(file, 'utf8'), modeOf(await stat(file))]).toEqual(['new', mode])
})

test('who has the old file open reads it to its end: it is replaced, not written over', async () => {
  await using dir = await tempDir()
  await writeFile(dir.file('a'), 'old')
  await using reader = await open(dir.file('a'))
  await writeWhole(dir.file('a'), 'new and longer')
  expect(await reader.readFile('utf8')).toBe('old')
  expect(await readdir(dir.path)).toEqual(['a'])
})

test('links stay, and lead to what was written, also where nothing was', async () => {
  await using dir = await tempDir()
  await mkdir(dir.file('real'))
  await symlink('real', dir.file('folder'))
  await writeFile(dir.file('real/there'), 'old')
  await symlink('there', dir.file('real/one'))
  await symlink('folder/one', dir.file('two'))
  await symlink('../missing', dir.file('real/three'))
  await writeWhole(dir.file('two'), 'new')
  await writeWhole(dir.file('folder/three'), 'third')
  expect(await readFile(dir.file('real/there'), 'utf8')).toBe('new')
  expect(await readFile(dir.file('missing'), 'utf8')).toBe('third')
  expect(await readlink(dir.file('two'))).toBe('folder/one')
  expect(await readlink(dir.file('real/three'))).toBe('../missing')
})

test('links that lead to each other, and folders, are errors', async () => {
  await using dir = await tempDir()
  await symlink('a', dir.file('a'))
  for (const attempt of [writeWhole(dir.file('a'), ''), tryToWrite(dir.file('a'))])
    await expect(attempt).rejects.toThrow('ELOOP')
  for (const attempt of [writeWhole(dir.path, ''), tryToWrite(dir.path)])
    await expect(attempt).rejects.toThrow('it is a folder')
})

test('a try leaves nothing, and changes nothing', async () => {
  await using dir = await tempDir()
  await writeFile(dir.file('there'), 'old')
  await tryToWrite(dir.file('there'))
  await tryToWrite(dir.file('a/b/c'))
  expect(await readdir(dir.path)).toEqual(['there'])
  expect(await readFile(dir.file('there'), 'utf8')).toBe('old')
})

test('what a descriptor has open is written at its end, and stays open', async () => {
  await using dir = await tempDir()
  await writeFile(dir.file('a'), 'said\n')
  await using reader = await open(dir.file('a'), 'r+')
  await writeWhole(`/dev/fd/${reader.fd}`, 'written\n')
  expect(await reader.readFile('utf8')).toBe('said\nwritten\n')
})

test('a private file is readable by its owner only, whatever it was', async () => {
  await using dir = await tempDir()
  await writeFile(dir.file('old'), 'old', { mode: 0o644 })
  for (const name of ['old', 'new']) {
    closeSync(openPrivate(dir.file(name)))
    expect([modeOf(await stat(dir.file(name))), await readFile(dir.file(name), 'utf8')]).toEqual(['600', ''])
  }
})
