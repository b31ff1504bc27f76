import { expect, test } from 'vitest'
import { HCLOUD_SANDBOX, readSandboxEnvironment } from '../../src/command/environment.ts'

test.each([
  [{}, '/home/ann/.local/state/hcloud-sandbox'],
  [{ XDG_STATE_HOME: '/var/state' }, '/var/state/hcloud-sandbox'],
  [{ XDG_STATE_HOME: '' }, '/home/ann/.local/state/hcloud-sandbox'],
  [{ XDG_STATE_HOME: 'relative' }, '/home/ann/.local/state/hcloud-sandbox'],
  [{ HCLOUD_SANDBOX_STATE: 'here', XDG_STATE_HOME: '/var/state' }, '/project/here'],
])('with %o the state is in %s', (env, expected) => {
  expect(readSandboxEnvironment({ env, home: '/home/ann', cwd: '/project' }, HCLOUD_SANDBOX).stateDir).toBe(expected)
})
