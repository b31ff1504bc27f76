import { mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findConflicts, findOtherVarFiles, type Target, writeFiles } from '../../../../src/cli/init/write-files.ts'
import { failureOf } from '../../util/failure.ts'

const FILES = [
  { name: 'a', text: 'new a' },
  { name: 'b', text: 'new b' },
]
const NAMES = ['a', 'b']

let root: string
let target: Target
const at = (name: string): string => join(target.path, name)

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'talos-image-write-')))
  target = { path: join(root, 'some/where'), shown: 'where' }
})
afterEach(() => rm(root, { recursive: true }))

async function fill(files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(target.path, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text)
}

describe('conflicts', () => {
  test('there are none in a folder that does not exist', async () => {
    expect(await findConflicts(target, NAMES)).toEqual([])
  })

  test('are all files of these names, unless they may be overwritten', async () => {
    await fill({ a: '', b: '', c: '' })
    const problems = await findConflicts(target, NAMES)
    expect(problems.map(({ message }) => message)).toEqual(['where already holds a, b'])
    expect(await findConflicts(target, NAMES, { force: true })).toEqual([])
  })

  test('are links that lead nowhere, too', async () => {
    await fill({})
    await symlink('/nonexistent', at('b'))
    expect((await findConflicts(target, NAMES))[0]?.message).toBe('where already holds b')
  })

  test('are folders in any case', async () => {
    await fill({})
    await mkdir(at('a'))
    expect((await findConflicts(target, NAMES, { force: true }))[0]?.message).toContain(
      'folders with the names of files: a',
    )
  })

  test('are other templates in any case', async () => {
    await fill({ 'x.pkr.json': '', 'y.pkr.hcl': '', 'z.hcl': '' })
    expect((await findConflicts(target, NAMES, { force: true }))[0]?.message).toContain(
      'another template (x.pkr.json, y.pkr.hcl)',
    )
  })
})

test('other var files are found', async () => {
  await fill({ 'b.auto.pkrvars.json': '', 'a.auto.pkrvars.hcl': '', 'c.pkrvars.hcl': '', 'own.auto.pkrvars.hcl': '' })
  expect(await findOtherVarFiles(target, ['own.auto.pkrvars.hcl'])).toEqual([
    'a.auto.pkrvars.hcl',
    'b.auto.pkrvars.json',
  ])
})

describe('writing', () => {
  test('makes the folder and the files, and nothing else', async () => {
    await writeFiles(target, FILES, false)
    expect((await readdir(target.path)).sort()).toEqual(NAMES)
    expect(await readFile(at('b'), 'utf8')).toBe('new b')
  })

  test('overwrites nothing that has come in between, and takes back what it has written', async () => {
    await fill({ b: 'mine' })
    expect((await failureOf(writeFiles(target, FILES, false))).message).toBe('where already holds b')
    expect(await readdir(target.path)).toEqual(['b'])
    expect(await readFile(at('b'), 'utf8')).toBe('mine')
  })

  test('follows a link to what it leads to, and keeps it', async () => {
    await fill({ elsewhere: 'old' })
    await symlink('elsewhere', at('b'))
    await writeFiles(target, FILES, true)
    expect(await readFile(at('elsewhere'), 'utf8')).toBe('new b')
    expect(await readlink(at('b'))).toBe('elsewhere')
  })

  test('takes back a folder that it made', async () => {
    await writeFile(join(root, 'some'), '')
    expect((await failureOf(writeFiles(target, FILES, false))).code).toBe('usage')
    await rm(join(root, 'some'))
    const files = [...FILES, { name: 'a/c', text: '' }]
    expect((await failureOf(writeFiles(target, files, false))).message).toContain('where cannot be written')
    expect(await readdir(root)).toEqual([])
  })
})
