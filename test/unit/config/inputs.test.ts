import { mkdir, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { findFiles } from '../../../src/config/find-files.ts'
import { findInputs } from '../../../src/config/inputs.ts'
import { tempDir } from '../util/temp-dir.ts'

async function folder(...names: readonly string[]) {
  const dir = await tempDir()
  await mkdir(dir.file('_packer'))
  for (const name of names) await writeFile(dir.file(name), '')
  return dir
}

describe('the files of a request', () => {
  const NAMES = ['_packer/b.pkr.hcl', '_packer/z.auto.pkrvars.hcl', '_packer/a.auto.pkrvars.json', 'own.pkrvars.hcl']

  test('are named in the order of reading, relative to where one is', async () => {
    await using dir = await folder(...NAMES)
    expect(await findInputs({ cwd: dir.path, directory: '_packer', varFiles: ['own.pkrvars.hcl'] })).toEqual({
      directory: '_packer',
      templates: ['_packer/b.pkr.hcl'],
      varFiles: ['_packer/z.auto.pkrvars.hcl', 'own.pkrvars.hcl', '_packer/a.auto.pkrvars.json'],
      settings: null,
      schematics: [],
    })
  })

  test.each([
    ['_packer/b.pkr.hcl', '_packer'],
    ['.', '.'],
    ['', '.'],
    [undefined, null],
  ] as const)('of %j are those in %j', async (directory, named) => {
    await using dir = await folder(...NAMES)
    expect((await findInputs({ cwd: dir.path, directory, varFiles: [] })).directory).toBe(named)
  })
})

describe('var files beside which one stands', () => {
  const HERE = ['prod.auto.pkrvars.hcl', 'test.pkrvars.json', 'other.hcl']
  const warningsOf = async (directory: string | undefined, varFiles: readonly string[] = []) => {
    await using dir = await folder(...HERE)
    const { warnings } = await findFiles(directory, varFiles, dir.path)
    return warnings.map(({ message, hint }) => `${message}; ${hint}`)
  }

  test('do not count while another directory is read, which is said', async () => {
    expect(await warningsOf('_packer')).toEqual([
      '"prod.auto.pkrvars.hcl" is not read: only the files in _packer are; give -var-file prod.auto.pkrvars.hcl',
      '"test.pkrvars.json" is not read: only the files in _packer are; give -var-file test.pkrvars.json',
    ])
  })

  test('nor where there is no template at all', async () => {
    expect(await warningsOf(undefined)).toEqual([
      '"prod.auto.pkrvars.hcl" is not read: there is no template beside it; to read it, give --directory .',
      '"test.pkrvars.json" is not read: there is no template beside it; give -var-file test.pkrvars.json',
    ])
  })

  test('are no surprise when one of them is named', async () => {
    expect(await warningsOf('_packer', ['prod.auto.pkrvars.hcl'])).toEqual([])
    expect(await warningsOf(undefined, ['test.pkrvars.json'])).toEqual([
      '"prod.auto.pkrvars.hcl" is not read: there is no template beside it; to read it, give --directory .',
    ])
  })

  test('count as usual in the directory itself', async () => {
    expect(await warningsOf('.', ['test.pkrvars.json'])).toEqual([])
  })
})
