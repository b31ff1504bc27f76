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

test('without a home the folder must be named', () => {
  const read = (env: Readonly<Record<string, string>>) =>
    readSandboxEnvironment({ env, home: undefined, cwd: '/project' }, HCLOUD_SANDBOX)
  expect(() => read({ XDG_STATE_HOME: 'relative' })).toThrow("there is no folder for the sandbox's state")
  expect(read({ HCLOUD_SANDBOX_STATE: 'here' })).toMatchObject({ stateDir: '/project/here', cacheDir: undefined })
  expect(read({ XDG_STATE_HOME: '/var/state' }).stateDir).toBe('/var/state/hcloud-sandbox')
})
