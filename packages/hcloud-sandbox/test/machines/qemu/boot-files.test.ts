import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { openBootFiles } from '../../../src/machines/qemu/boot-files.ts'

describe.skipIf(process.platform !== 'linux')('the files of a boot', () => {
  it('hold who may log in, unreadable for others, in unlinked files', async () => {
    using files = openBootFiles({
      system: 'rescue',
      authorizedKeys: ['ssh-ed25519 AAAA a', 'ssh-ed25519 BBBB b'],
      rootPassword: 'top secret',
    })
    // As QEMU opens them.
    const toPath = (descriptor: number) => `/proc/self/fd/${descriptor}`
    expect(await readFile(toPath(files.authorizedKeys), 'utf8')).toBe('ssh-ed25519 AAAA a\nssh-ed25519 BBBB b\n')
    expect(await readFile(toPath(files.rootPassword), 'utf8')).toBe('top secret\n')
    const { mode, nlink } = await stat(toPath(files.rootPassword))
    expect([mode & 0o777, nlink]).toEqual([0o600, 0])
    const name = (await readlink(toPath(files.rootPassword))).replace(/^.*\//, '').replace(' (deleted)', '')
    expect(name).toMatch(/^talos-image-boot-/)
    expect(await readdir(tmpdir())).not.toContain(name)
  })

  it('are closed afterwards, and not empty when no login is allowed', async () => {
    const files = openBootFiles({ system: 'rescue', authorizedKeys: [], rootPassword: '' })
    const path = `/proc/self/fd/${files.authorizedKeys}`
    expect(await readFile(path, 'utf8')).toBe('\n')
    const opened = await readlink(path)
    files[Symbol.dispose]()
    expect(await readlink(path).catch(() => 'closed')).not.toBe(opened)
  })
})
