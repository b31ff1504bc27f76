import { describe, expect, it } from 'vitest'
import { requirePrograms, toQemuHint } from '../../../src/machines/qemu/check.ts'

describe('what is missing', () => {
  it('is named by its Debian package, each once', () => {
    expect(toQemuHint(['qemu-system-x86_64', 'flock', 'setpriv', 'xz'])).toBe(
      'install what is missing, on Debian with: apt-get install --no-install-recommends qemu-system-x86 util-linux xz-utils',
    )
  })

  it('cannot be had where there is no apt', () => {
    expect(toQemuHint(['apt-get', 'qemu-system-x86_64'])).toContain('--machines namespace')
  })

  it('is Linux, elsewhere', async () => {
    await expect(requirePrograms('darwin')).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining('darwin'),
    })
  })
})
