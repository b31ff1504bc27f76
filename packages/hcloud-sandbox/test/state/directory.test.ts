import { expect, test } from 'vitest'
import { defaultStateDir } from '../../src/state/directory.ts'

test.each([
  [{}, '/home/ann/.local/state/talos-image/sandbox'],
  [{ XDG_STATE_HOME: '/var/state' }, '/var/state/talos-image/sandbox'],
  [{ XDG_STATE_HOME: '' }, '/home/ann/.local/state/talos-image/sandbox'],
  [{ XDG_STATE_HOME: 'relative' }, '/home/ann/.local/state/talos-image/sandbox'],
])('with %o the state is in %s', (env, expected) => {
  expect(defaultStateDir(env, '/home/ann')).toBe(expected)
})
