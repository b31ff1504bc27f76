import { spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { makeLock } from '../../../src/state/lock-files.ts'
import { type Attached, acquireOwnership, type Owned } from '../../../src/state/ownership.ts'

const SANDBOX = {
  endpoint: 'http://127.0.0.1:1/v1',
  factoryUrl: 'http://127.0.0.1:2',
  token: 't'.repeat(64),
  tokens: [{ project: 'sandbox', token: 'token' }],
  sshPort: 3,
  talosPort: 4,
  machines: 'none',
  clientPort: 4,
  endsWithClients: false,
} as const

async function testDir() {
  const path = await mkdtemp(join(tmpdir(), 'talos-image-state-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function requireOwned(ownership: Owned | Attached): Owned {
  if (ownership.attached !== undefined) throw new Error('attached, where it should own')
  return ownership
}

/** A clock on which time passes only while something sleeps; `onSleep` runs first. */
function createTestClock(onSleep: () => Promise<void> = async () => {}): Clock {
  let now = 0
  return {
    now: () => now,
    async sleep(ms) {
      now += ms
      await onSleep()
    },
  }
}

const deadProcess = () => ({ pid: spawnSync(process.execPath, ['-v']).pid, started: 'long ago' })

describe('acquireOwnership', () => {
  test('the first one owns, the second one attaches, and after a release the next one owns', async () => {
    await using dir = await testDir()
    const stateDir = join(dir.path, 'a', 'b')
    const owned = requireOwned(await acquireOwnership(stateDir))
    expect(owned.tookOver).toBe(false)
    await owned.publish(SANDBOX)
    expect(await acquireOwnership(stateDir)).toMatchObject({ attached: SANDBOX })
    expect(await acquireOwnership(stateDir)).toMatchObject({ attached: SANDBOX })

    await owned.release()
    await owned.release()
    expect(requireOwned(await acquireOwnership(stateDir)).tookOver).toBe(false)
    expect(await readdir(stateDir)).toEqual(['owner.2.json'])
  })

  test('a folder that others can look into is closed to them, or refused when it holds anything else', async () => {
    await using dir = await testDir()
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
    const stateDir = join(dir.path, 'state')
    await mkdir(stateDir)
    await chmod(stateDir, 0o755)
    await requireOwned(await acquireOwnership(stateDir)).release()
    expect(await modeOf(stateDir)).toBe('700')
    await chmod(stateDir, 0o775)
    await requireOwned(await acquireOwnership(stateDir)).release()
    expect(await modeOf(stateDir)).toBe('700')

    const other = join(dir.path, 'other')
    await mkdir(other)
    await chmod(other, 0o755)
    await writeFile(join(other, 'letter'), 'dear')
    await expect(acquireOwnership(other)).rejects.toMatchObject({
      code: 'sandbox',
      hint: expect.stringContaining(other),
    })
    expect([await modeOf(other), await readdir(other)]).toEqual(['755', ['letter']])
    await chmod(other, 0o700)
    await requireOwned(await acquireOwnership(other)).release()
  })

  test.runIf(process.getuid?.() === 0)('a folder of another user is refused', async () => {
    await using dir = await testDir()
    await chown(dir.path, 1, 1)
    await expect(acquireOwnership(dir.path)).rejects.toMatchObject({ code: 'sandbox' })
    expect(await readdir(dir.path)).toEqual([])
  })

  test('only the user can read the state, for it holds the token', async () => {
    await using dir = await testDir()
    const stateDir = join(dir.path, 'state')
    await requireOwned(await acquireOwnership(stateDir)).publish(SANDBOX)
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700)
    expect((await stat(join(stateDir, 'owner.1.json'))).mode & 0o777).toBe(0o600)
  })

  test('who comes while the owner starts waits for it', async () => {
    await using dir = await testDir()
    const owned = requireOwned(await acquireOwnership(dir.path))
    const clock = createTestClock(() => owned.publish(SANDBOX))
    expect(await acquireOwnership(dir.path, { clock })).toMatchObject({ attached: SANDBOX })
  })

  test('who comes while the owner closes becomes the next one', async () => {
    await using dir = await testDir()
    const owned = requireOwned(await acquireOwnership(dir.path))
    await owned.publish(SANDBOX)
    await owned.announceClosing()
    const clock = createTestClock(() => owned.release())
    requireOwned(await acquireOwnership(dir.path, { clock }))
  })

  test('no wait is endless, and the message names the process', async () => {
    await using dir = await testDir()
    requireOwned(await acquireOwnership(dir.path))
    const clock = createTestClock()
    await expect(acquireOwnership(dir.path, { clock, timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining('has been starting for over 5 s'),
      hint: expect.stringContaining(`kill ${process.pid}`),
    })
  })

  test('waiting ends when the signal aborts', async () => {
    await using dir = await testDir()
    requireOwned(await acquireOwnership(dir.path))
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(acquireOwnership(dir.path, { signal })).rejects.toThrow('enough')
  })

  test('a dead owner is noticed, and one whose number another process got', async () => {
    await using dir = await testDir()
    await makeLock(dir.path, 1, { process: deadProcess(), phase: 'running', sandbox: SANDBOX })
    expect(requireOwned(await acquireOwnership(dir.path)).tookOver).toBe(true)
    await makeLock(dir.path, 7, { process: { pid: process.pid, started: 'before' }, phase: 'closing' })
    expect(requireOwned(await acquireOwnership(dir.path)).tookOver).toBe(true)
    expect(await readdir(dir.path)).toEqual(['owner.8.json'])
  })

  test('a file that is not a lock is ignored', async () => {
    await using dir = await testDir()
    await writeFile(join(dir.path, 'owner.1.json'), '{"process":')
    expect(requireOwned(await acquireOwnership(dir.path)).tookOver).toBe(true)
  })

  test('of many who notice a dead owner, one takes over', async () => {
    await using dir = await testDir()
    await makeLock(dir.path, 1, { process: deadProcess(), phase: 'starting' })
    const results = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const ownership = await acquireOwnership(dir.path)
        if (ownership.attached === undefined) await ownership.publish(SANDBOX)
        return ownership
      }),
    )
    expect(results.filter(({ attached }) => attached === undefined)).toHaveLength(1)
  })

  test('there are never two owners, whatever the order of comings and goings', async () => {
    await using dir = await testDir()
    let owners = 0
    let most = 0
    let turns = 0
    const clock = createTestClock(() => new Promise((resolve) => setImmediate(resolve)))
    async function contend(): Promise<void> {
      for (let turn = 0; turn < 6; turn += 1) {
        const owned = requireOwned(await acquireOwnership(dir.path, { clock, timeoutMs: Number.POSITIVE_INFINITY }))
        owners += 1
        turns += 1
        most = Math.max(most, owners)
        await readdir(dir.path)
        owners -= 1
        await owned.release()
      }
    }
    await Promise.all(Array.from({ length: 5 }, contend))
    expect({ most, turns }).toEqual({ most: 1, turns: 30 })
  })
})

test('a lock is made only when its number is still the next one', async () => {
  await using dir = await testDir()
  const lock = { process: deadProcess(), phase: 'starting' } as const
  expect(await makeLock(dir.path, 3, lock)).toBe(true)
  expect(await makeLock(dir.path, 3, lock)).toBe(false)
  expect(await makeLock(dir.path, 2, lock)).toBe(false)
  expect(await readdir(dir.path)).toEqual(['owner.3.json'])
})
