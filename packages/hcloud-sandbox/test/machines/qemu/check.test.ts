import { describe, expect, it } from 'vitest'
import { requirePrograms, toInstallHint } from '../../../src/machines/qemu/check.ts'

describe('what is missing', () => {
  it('is named by its Debian package, each once', () => {
    expect(toInstallHint(['qemu-system-x86_64', 'flock', 'setpriv', 'xz'])).toBe(
      'Run: apt-get install --no-install-recommends qemu-system-x86 util-linux xz-utils',
    )
  })

  it('cannot be had where there is no apt', () => {
    expect(toInstallHint(['apt-get', 'qemu-system-x86_64'])).toContain('--machines namespace')
  })

  it('is Linux, elsewhere', async () => {
    await expect(requirePrograms('darwin')).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining('darwin'),
    })
  })
})
