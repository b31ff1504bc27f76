import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeBootFiles } from '../../../../../src/sandbox/machines/qemu/boot-files.ts'

describe('the files of a boot', () => {
  it('hold who may log in, for nobody else to read, and go afterwards', async () => {
    const files = await writeBootFiles({
      system: 'rescue',
      authorizedKeys: ['ssh-ed25519 AAAA a', 'ssh-ed25519 BBBB b'],
      rootPassword: 'top secret',
    })
    expect(await readFile(files.authorizedKeysFile, 'utf8')).toBe('ssh-ed25519 AAAA a\nssh-ed25519 BBBB b\n')
    expect(await readFile(files.rootPasswordFile, 'utf8')).toBe('top secret\n')
    const folder = dirname(files.rootPasswordFile)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(files.rootPasswordFile)).mode & 0o777).toBe(0o600)
    await files[Symbol.asyncDispose]()
    await expect(stat(folder)).rejects.toThrow('ENOENT')
  })
})
