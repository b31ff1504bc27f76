import { readFile } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openDirectory } from '../../../src/packer/directory.ts'
import { createDirectory } from '../config/fixture.ts'

test.each([
  ['a directory', '.', undefined],
  ['a directory with changes', '.', 2222],
  ['one template', 'a.pkr.hcl', undefined],
  ['one template with changes', 'a.pkr.hcl', 2222],
])('Packer is given %s', async (_, name, sshPort) => {
  const text = 'source "hcloud" "talos" {}\n'
  await using directory = await createDirectory({ 'a.pkr.hcl': text, 'b.pkr.hcl': text })
  const path = name === '.' ? directory.path : resolve(directory.path, name)
  await using opened = await openDirectory(path, { withoutPlugins: false, sshPort })
  expect(isAbsolute(opened.template)).toBe(sshPort !== undefined)
  // Packer runs in the directory.
  const given = resolve(directory.path, opened.template, ...(name === '.' ? ['a.pkr.hcl'] : []))
  expect(given.endsWith('a.pkr.hcl')).toBe(true)
  expect((await readFile(given, 'utf8')).includes('ssh_port = 2222')).toBe(sshPort !== undefined)
})
