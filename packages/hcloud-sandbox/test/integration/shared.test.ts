/** A sandbox that several programs use, and those that run one in the foreground beside them. */

import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { HCLOUD_SANDBOX } from '../../src/command/environment.ts'
import { runSandboxCommand } from '../../src/command/run.ts'
import { startSharedSandbox } from '../../src/owner/shared.ts'
import { findRunning } from '../../src/state/ownership.ts'
import { isRunning } from '../../src/state/process-identity.ts'

async function createPlace() {
  const home = await mkdtemp(join(tmpdir(), 'talos-image-shared-'))
  const stateDir = join(home, 'state')
  return {
    stateDir,
    start: (options: Partial<Parameters<typeof startSharedSandbox>[0]> = {}) =>
      startSharedSandbox({ stateDir, needsMachines: false, ...options }),
    /** `hcloud-sandbox --machines none` in the foreground. */
    runCommand() {
      const stop = new AbortController()
      const said = { out: '', err: '' }
      const host = {
        env: { HCLOUD_SANDBOX_STATE: stateDir },
        home,
        cwd: home,
        out: (text: string) => {
          said.out += text
        },
        err: (text: string) => {
          said.err += text
        },
        signal: stop.signal,
        endsBySignal: () => undefined,
      }
      return { said, stop: () => stop.abort(), ended: runSandboxCommand(host, HCLOUD_SANDBOX, {}) }
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  }
}

const answers = async (factoryUrl: string): Promise<boolean> =>
  fetch(`${factoryUrl}/versions`).then(
    ({ ok }) => ok,
    () => false,
  )

describe('a shared sandbox', () => {
  test('runs in a process of its own, which has ended when the last one has left', async () => {
    await using place = await createPlace()
    const first = await place.start()
    const found = await findRunning(place.stateDir)
    expect(found?.owner.pid).not.toBe(process.pid)
    const second = await place.start()
    expect([first.attached, second.attached]).toEqual([false, true])
    await first.close()
    expect(await answers(second.factoryUrl)).toBe(true)
    await second.close()
    expect(await answers(second.factoryUrl)).toBe(false)
    if (found !== undefined) expect(isRunning(found.owner)).toBe(false)
    expect(await findRunning(place.stateDir)).toBeUndefined()
  })

  test('is one for all that come at once', async () => {
    await using place = await createPlace()
    const all = await Promise.all(Array.from({ length: 4 }, () => place.start()))
    expect(new Set(all.map(({ token }) => token)).size).toBe(1)
    await Promise.all(all.map((one) => one.close()))
    expect(await findRunning(place.stateDir)).toBeUndefined()
  })

  test('gets the projects that come later, each with a token that the cloud knows', async () => {
    await using place = await createPlace()
    await using first = await place.start({ projects: ['one'] })
    await using second = await place.start({ projects: ['one', 'two'] })
    expect(first.tokens.map(({ project }) => project)).toEqual(['sandbox', 'one'])
    const two = second.tokens.find(({ project }) => project === 'two')
    const headers = { Authorization: `Bearer ${two?.token}` }
    expect((await fetch(`${second.endpoint}/servers`, { headers })).status).toBe(200)
    await using third = await place.start()
    expect(third.tokens).toEqual(second.tokens)
  })

  test('is not another one than was asked for, and says so', async () => {
    await using place = await createPlace()
    await using _first = await place.start({ setting: 'WHERE' })
    const other = place.start({ setting: 'WHERE', machines: 'none', sshPort: 4022, imageDiskBytes: 1 << 24 })
    await expect(other).rejects.toMatchObject({
      code: 'usage',
      problems: [
        { at: { name: '--machines' }, hint: expect.stringContaining('WHERE=DIR') },
        { at: { name: '--ssh-port' } },
        { message: expect.stringContaining('disk images of another size') },
      ],
    })
  })

  test('whose process was killed is told as lost to all, and followed by another', async () => {
    await using place = await createPlace()
    const lost: unknown[] = []
    const onLost = (error: unknown): unknown => lost.push(error)
    const [one, two] = [await place.start({ onLost }), await place.start({ onLost })]
    const found = await findRunning(place.stateDir)
    expect(found?.owner.pid).not.toBe(process.pid)
    if (found !== undefined) process.kill(found.owner.pid, 'SIGKILL')
    await expect.poll(() => lost).toMatchObject([{ code: 'sandbox' }, { code: 'sandbox' }])
    await Promise.all([one.close(), two.close()])
    await using next = await place.start()
    expect(next).toMatchObject({ attached: false, recovered: true })
  })

  test('that cannot start says why, and leaves no process', async () => {
    await using place = await createPlace()
    await using first = await place.start()
    const stateDir = join(place.stateDir, '..', 'other')
    const other = place.start({ stateDir, sshPort: first.sshPort })
    await expect(other).rejects.toMatchObject({ code: 'sandbox', hint: expect.stringContaining('end what has it') })
    expect(await findRunning(stateDir)).toBeUndefined()
  })
})

describe('a sandbox in the foreground', () => {
  test('does not end while others use it', async () => {
    await using place = await createPlace()
    const command = place.runCommand()
    await expect.poll(() => command.said.err).toContain('Ctrl-C ends it')
    const client = await place.start()
    expect(client.attached).toBe(true)
    command.stop()
    await expect.poll(() => command.said.err).toContain('Other commands still use it, and it ends with them')
    expect(await answers(client.factoryUrl)).toBe(true)
    await client.close()
    await command.ended
    expect(await answers(client.factoryUrl)).toBe(false)
  })

  test('keeps one that others began, and would end with them', async () => {
    await using place = await createPlace()
    const client = await place.start()
    const command = place.runCommand()
    await expect.poll(() => command.said.out).toContain(client.token)
    await client.close()
    expect(await answers(client.factoryUrl)).toBe(true)
    command.stop()
    await command.ended
    expect(await answers(client.factoryUrl)).toBe(false)
  })
})

describe('the program of a shared sandbox', () => {
  test('that cannot run is an error, and is not started for ever', async () => {
    await using place = await createPlace()
    const { execPath } = process
    process.execPath = '/bin/false'
    try {
      await expect(place.start()).rejects.toThrow('the program of the sandbox ended at once: exit code 1')
    } finally {
      process.execPath = execPath
    }
  })

  test('tells of a defect of its own before it ends', async () => {
    const program = fileURLToPath(new URL('../../dist/sandbox-owner.js', import.meta.url))
    const owner = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    const pipe = owner.stdio[3]
    if (!(pipe instanceof Socket)) throw new Error('there is no pipe')
    pipe.write('{"settings": 1}\n')
    expect(JSON.parse(await text(pipe))).toMatchObject({ type: 'defect', stack: expect.stringContaining('ValiError') })
  })
})
