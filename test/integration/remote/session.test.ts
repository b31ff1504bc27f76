import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ServerChannel } from 'ssh2'
import { describe, expect, test } from 'vitest'
import { sendOutput } from '../../../packages/hcloud-sandbox/src/machines/namespace/send-output.ts'
import { connect, type ExecOptions, type Session, SessionFailure } from '../../../src/remote/session.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { MIB } from './fixture.ts'
import { serveSsh, type TestSshServer } from './ssh-server.ts'

const never = new AbortController().signal
const options = (more: Partial<ExecOptions> = {}): ExecOptions => ({
  signal: never,
  timeoutMs: 10_000,
  name: 'doing something',
  ...more,
})

/** Runs each command by sh, as a real server would. */
function runForReal(channel: ServerChannel, command: string): void {
  const child = spawn('sh', ['-c', command])
  channel.pipe(child.stdin).on('error', () => undefined)
  const sent = sendOutput(child, channel)
  child.on('close', async (code, signal) => {
    await sent
    if (signal !== null) channel.exit(signal)
    else channel.exit(code ?? 255)
    channel.end()
  })
}

async function login(server: TestSshServer): Promise<Session> {
  return connect(server.target, 5000, never)
}

describe('a command over SSH', () => {
  test('runs as a bash script, whatever is in it', async () => {
    await using server = await serveSsh(runForReal)
    const session = await login(server)
    const script = `[[ -n "$BASH_VERSION" ]] || exit 9\nprintf '%s|' "it's" '$HOME' \\\n "\`\`"\n echo oops >&2; exit 7`
    const seen: string[] = []
    const result = await session.run(script, options({ onStderr: (text) => seen.push(text) }))
    expect(result).toEqual({ exitCode: 7, stdout: "it's|$HOME||", stderr: 'oops\n' })
    expect(seen.join('')).toBe('oops\n')
    session.end()
  })

  test.each([0, 1, 3, 127, 255])('ends with its exit code %i', async (code) => {
    await using server = await serveSsh(runForReal)
    const session = await login(server)
    expect((await session.run(`exit ${code}`, options())).exitCode).toBe(code)
    session.end()
  })

  test('that a signal ended has no exit code', async () => {
    await using server = await serveSsh((channel) => {
      channel.exit('KILL')
      channel.end()
    })
    const session = await login(server)
    expect((await session.run('sleep 1', options())).exitCode).toBeNull()
    session.end()
  })

  test('gives text whole that comes in pieces', async () => {
    await using server = await serveSsh((channel) => {
      const bytes = Buffer.from('ä✔𝛑')
      for (const byte of bytes) channel.write(Buffer.of(byte))
      channel.exit(0)
      channel.end()
    })
    const session = await login(server)
    expect((await session.run('x', options())).stdout).toBe('ä✔𝛑')
    session.end()
  })

  test('may print more than is kept: the end is kept', async () => {
    await using server = await serveSsh(runForReal)
    const session = await login(server)
    const { stdout, stderr } = await session.run('seq 400000; seq 20000 >&2; echo end; echo END >&2', options())
    expect(stdout.length).toBe(MIB)
    expect(stdout.endsWith('399999\n400000\nend\n')).toBe(true)
    expect(stderr.length).toBe(4096)
    expect(stderr.endsWith('END\n')).toBe(true)
    session.end()
  })

  test('reads what is streamed to it, all of it', async () => {
    await using server = await serveSsh(runForReal)
    const session = await login(server)
    const bytes = randomBytes(8 * MIB)
    const stdin = Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)])
    const { stdout } = await session.run('sha256sum', options({ stdin }))
    expect(stdout.slice(0, 64)).toBe(createHash('sha256').update(bytes).digest('hex'))
    session.end()
  })

  test('that ends before it has read everything still tells how it ended', async () => {
    await using server = await serveSsh(runForReal)
    const session = await login(server)
    const stdin = Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(MIB)))
    expect(await session.run('head -c 5 | wc -c; exit 3', options({ stdin }))).toMatchObject({
      exitCode: 3,
      stdout: '5\n',
    })
    session.end()
  })

  test('finds its standard input empty when there is none', async () => {
    await using server = await serveSsh(runForReal)
    const session = await login(server)
    expect((await session.run('wc -c', options())).stdout).toBe('0\n')
    session.end()
  })
})

describe('a command that does not come to its end', () => {
  test('because the connection is lost', async () => {
    await using server = await serveSsh((_, __, connection) => connection.end())
    const session = await login(server)
    const error = await failureOf(session.run('sleep 60', options()))
    expect(error).toMatchObject({ code: 'ssh', message: expect.stringContaining('was lost while doing something') })
  })

  test('because the connection was lost before it began', async () => {
    await using server = await serveSsh((_, __, connection) => connection.end())
    const session = await login(server)
    await failureOf(session.run('first', options()))
    const error = await failureOf(session.run('second', options()))
    expect(error).toMatchObject({ code: 'ssh', message: expect.stringContaining('was lost while doing something') })
    session.end()
  })

  test('because its channel closes without a word', async () => {
    await using server = await serveSsh((channel) => channel.close())
    const session = await login(server)
    expect((await failureOf(session.run('x', options()))).code).toBe('ssh')
    session.end()
  })

  test('because what is streamed to it breaks off: the reason is told', async () => {
    await using server = await serveSsh(runForReal)
    const session = await login(server)
    const stdin = new Readable({
      read() {
        this.destroy(new Error('the file could not be read'))
      },
    })
    const error = await failureOf(session.run('sha256sum', options({ stdin })))
    expect(error.message).toContain('the file could not be read')
    session.end()
  })

  test('in time', async () => {
    await using server = await serveSsh(() => undefined)
    const session = await login(server)
    const error = await failureOf(session.run('sleep 60', options({ timeoutMs: 30 })))
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('doing something took longer') })
    session.end()
  })

  test('before an abort, which ends it at once with its own reason', async () => {
    const stop = new AbortController()
    const reason = new Error('stop it')
    await using server = await serveSsh(() => stop.abort(reason))
    const session = await login(server)
    await expect(session.run('sleep 60', options({ signal: stop.signal }))).rejects.toBe(reason)
    await expect(session.run('sleep 60', options({ signal: stop.signal }))).rejects.toBe(reason)
    expect(server.commands).toHaveLength(1)
    session.end()
  })
})

describe('logging in', () => {
  test('ends at once after an abort', async () => {
    const stop = new AbortController()
    const reason = new Error('stop it')
    await using server = await serveSsh(() => undefined)
    const pending = connect(server.target, 5000, stop.signal)
    setImmediate(() => stop.abort(reason))
    await expect(pending).rejects.toBe(reason)
    await expect(connect(server.target, 5000, stop.signal)).rejects.toBe(reason)
  })

  test('fails when the key is not taken', async () => {
    await using server = await serveSsh(() => undefined, false)
    await expect(login(server)).rejects.toMatchObject({ level: 'client-authentication' })
  })
})

describe('a command that says nothing', () => {
  test('for too long is given up, as a fault of the machine', async () => {
    await using server = await serveSsh(() => undefined)
    const session = await login(server)
    const error = await failureOf(session.run('sleep 60', options({ silenceMs: 40 })))
    expect(error).toBeInstanceOf(SessionFailure)
    expect(error).toMatchObject({
      code: 'timeout',
      message: 'the server has said nothing for 0.04 s while doing something',
    })
    session.end()
  })

  test('only now and then is waited for', async () => {
    await using server = await serveSsh(runForReal)
    const session = await login(server)
    const script = 'for i in 1 2 3 4 5 6; do echo $i >&2; sleep 0.1; done'
    expect(await session.run(script, options({ silenceMs: 5000 }))).toMatchObject({ exitCode: 0 })
    session.end()
  })
})
