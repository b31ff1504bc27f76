import { describe, expect, it } from 'vitest'
import { toFailure } from '../../../src/packer/failure.ts'
import type { TargetState } from '../../../src/packer/progress.ts'

const target = (change: Partial<TargetState> = {}): TargetState => ({
  target: 'hcloud.a',
  architecture: 'arm',
  snapshots: new Set(),
  error: 'Script exited with 8',
  lastLines: ['one', 'two', 'Script exited with 8'],
  ...change,
})

describe('why an image was not built', () => {
  it('is what Packer says of it, with the last lines that say more', () => {
    expect(toFailure(target(), [], 1)).toMatchObject({
      code: 'packer',
      message: 'Packer: Script exited with 8\n  | one\n  | two',
    })
  })

  it.each([
    ['unable to authenticate (unauthorized)', 'token'],
    ['no cax11 left (resource_unavailable)', 'stock'],
    ['server limit reached (resource_limit_exceeded)', 'limit'],
    ['Timeout waiting for SSH.', 'ssh'],
    ['something else', 'packer'],
  ])('%s: %s', (error, code) => {
    expect(toFailure(target({ error }), [], 1).code).toBe(code)
  })

  it('is an error of the whole run where the image has none, and else how Packer ended', () => {
    expect(toFailure(undefined, ['Error: bad template'], 1).message).toBe('Packer: Error: bad template')
    expect(toFailure(undefined, [], 'SIGKILL').message).toBe('Packer: it ended with SIGKILL and made no snapshot')
  })
})
