import { expect, test } from 'vitest'
import { ApiFailure } from '../../../src/hetzner/transport/api-failure.ts'
import { commandBefore } from '../../../src/run/unprotect.ts'

const refused = (path: string, code = 'protected') => new ApiFailure({ method: 'DELETE', path }, 423, code, 'no')

test.each([
  ['/servers/7', 'hcloud server disable-protection 7 delete rebuild'],
  ['/images/8', 'hcloud image disable-protection 8 delete'],
  ['/primary_ips/9', 'hcloud primary-ip disable-protection 9 delete'],
  ['/ssh_keys/9', undefined],
])('a protection that refuses to delete %s is taken off by %s', (path, command) => {
  expect(commandBefore(refused(path))).toBe(command)
  expect(commandBefore(refused(path, 'locked'))).toBeUndefined()
})
