import { describe, expect, it } from 'vitest'
import { findRemedy, toRemedy } from '../../../src/machines/namespace/remedy.ts'

describe('toRemedy', () => {
  it.each([
    [{ unprivilegedUserns: '0' }, 'kernel.unprivileged_userns_clone=1'],
    [{ unprivilegedUserns: '1', maxUserNamespaces: '0' }, 'user.max_user_namespaces='],
    [{ apparmorRestricts: '1', maxUserNamespaces: '9' }, 'kernel.apparmor_restrict_unprivileged_userns=0'],
    [{ apparmorRestricts: '0' }, 'container'],
  ])('for %j names %s', (settings, remedy) => {
    expect(toRemedy(settings)).toContain(remedy)
    expect(toRemedy(settings)).toContain('--machines qemu')
  })
})

describe('findRemedy', () => {
  it('always has one', async () => {
    expect(await findRemedy()).toContain('--machines qemu')
  })
})
