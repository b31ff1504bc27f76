import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openPackageTree } from '../../../../src/machines/qemu/systems/package-tree.ts'
import { makeFolder } from '../../fixture.ts'

async function makeTree() {
  const folder = await makeFolder()
  const bin = join(folder.path, 'hello', 'bin')
  await mkdir(bin, { recursive: true })
  await mkdir(join(folder.path, 'world', 'usr', 'bin'), { recursive: true })
  await writeFile(join(bin, 'hello'), 'the program')
  await symlink('hello', join(bin, 'hi'))
  await symlink('/bin/hello', join(folder.path, 'world', 'usr', 'bin', 'across'))
  await symlink('/etc/passwd', join(folder.path, 'world', 'usr', 'bin', 'outside'))
  return { folder, tree: await openPackageTree(folder.path) }
}

describe('the tree of packages', () => {
  it('has the files of each package under the names of today', async () => {
    const { folder, tree } = await makeTree()
    await using _ = folder
    expect(tree.pathsOf('hello')).toEqual(['usr/bin/hello', 'usr/bin/hi'])
    expect(tree.pathsOf('nothing')).toEqual([])
    expect(tree.find(/\/across$/)).toBe('usr/bin/across')
    expect(tree.findAll(/^usr\/bin\/h/)).toEqual(['usr/bin/hello', 'usr/bin/hi'])
  })

  it('follows links from package to package, and never out of them', async () => {
    const { folder, tree } = await makeTree()
    await using _ = folder
    expect(await tree.linkTarget('usr/bin/hi')).toBe('hello')
    expect(await tree.linkTarget('usr/bin/hello')).toBeUndefined()
    for (const path of ['usr/bin/hello', 'usr/bin/hi', 'usr/bin/across']) {
      expect((await tree.read(path)).toString()).toBe('the program')
    }
    await expect(tree.read('usr/bin/outside')).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining('/etc/passwd is not in them'),
    })
  })
})
