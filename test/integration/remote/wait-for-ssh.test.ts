import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createKeyPair } from '../../../src/remote/key-pair.ts'
import { connect, NoGreeting, type Session, type SessionTarget } from '../../../src/remote/session.ts'
import { classify, type WaitForSshOptions, waitForSsh } from '../../../src/remote/wait-for-ssh.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { refusedPort } from '../util/loopback-server.ts'
import { serveSsh } from './ssh-server.ts'

const never = new AbortController().signal
const TARGET = { host: '192.0.2.1', port: 22, privateKey: '' }
const SESSION: Session = { run: () => Promise.reject(new Error('not here')), end: () => undefined }

/** A clock on which sleeping takes no real time. */
function quickClock() {
  let now = 0
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    async sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
    },
    /** As if something had taken that long. */
    pass(ms: number) {
      now += ms
    },
  }
}

const coded = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code, level: 'client-socket' })
const levelled = (level: string, message = 'no'): Error => Object.assign(new Error(message), { level })

/** Waits against a network that is the test's own. */
function wait(connect: WaitForSshOptions['connect'], more: Partial<WaitForSshOptions> = {}) {
  const clock = quickClock()
  const signal = new AbortController().signal
  return {
    clock,
    waited: waitForSsh(TARGET, {
      clock,
      signal,
      timeoutMs: 20_000,
      ...(connect === undefined ? {} : { connect }),
      ...more,
    }),
  }
}

describe('the host key of a boot', () => {
  test('is the one that was seen first: another one is no login, and is told apart', async () => {
    const hostKey = { key: undefined }
    await using first = await serveSsh((channel) => channel.end())
    await using second = await serveSsh((channel) => channel.end())
    const login = async (target: SessionTarget) => (await connect({ ...target, hostKey }, 5000, never)).end()
    await login(first.target)
    expect(hostKey.key).toBeInstanceOf(Buffer)
    await login(first.target)
    expect(classify(await login(second.target).catch((error: unknown) => error))).toBe('another host key')
    await login(first.target)
  })
})

describe('waiting for SSH', () => {
  test('goes on as soon as there is an answer', async () => {
    const faults = [coded('ECONNREFUSED'), coded('ECONNREFUSED'), levelled('client-timeout')]
    const { clock, waited } = wait(async () => {
      const fault = faults.shift()
      if (fault !== undefined) throw fault
      return SESSION
    })
    expect(await waited).toBe(SESSION)
    expect(clock.slept).toEqual([100, 150, 225])
  })

  test('gives no try more time than is left', async () => {
    const limits: number[] = []
    const clock = quickClock()
    const { waited } = wait(
      async (_, timeoutMs) => {
        limits.push(timeoutMs)
        clock.pass(timeoutMs)
        throw levelled('client-timeout')
      },
      { clock, tryTimeoutMs: 8000 },
    )
    expect((await failureOf(waited)).message).toContain('within 20 s')
    expect(limits.slice(0, 2)).toEqual([8000, 8000])
    expect(limits[2]).toBeLessThan(4000)
    expect(clock.now()).toBeLessThanOrEqual(20_000)
  })

  test('pauses never longer than a second', async () => {
    const { clock, waited } = wait(() => Promise.reject(coded('ECONNREFUSED')), { timeoutMs: 120_000 })
    await failureOf(waited)
    expect(Math.max(...clock.slept)).toBe(1000)
  })

  test('ends with the reason of an abort, during a try as well as after it', async () => {
    const stop = new AbortController()
    const reason = new Error('stop it')
    const { waited, clock } = wait(
      () => {
        stop.abort(reason)
        return Promise.reject(coded('ECONNREFUSED'))
      },
      { signal: stop.signal },
    )
    await expect(waited).rejects.toBe(reason)
    expect(clock.slept).toEqual([])
  })
})

describe('why there was no answer', () => {
  test.each([
    ['refused', coded('ECONNREFUSED'), '--ssh-port'],
    ['no route', coded('EHOSTUNREACH'), 'IPv4'],
    ['no route', coded('ENETUNREACH'), 'IPv4'],
    ['no route', coded('EAFNOSUPPORT'), 'IPv4'],
    ['no route', coded('EADDRNOTAVAIL'), 'IPv4'],
    ['timed out', coded('ETIMEDOUT'), 'firewall'],
    ['timed out', levelled('client-timeout', 'Timed out while waiting for handshake'), 'firewall'],
    ['silent', new NoGreeting(), 'hangs'],
    ['denied', levelled('client-authentication', 'All configured authentication methods failed'), 'key'],
    ['broken off', coded('ECONNRESET'), 'SSH'],
    ['broken off', new Error('the connection was closed before the login'), 'SSH'],
    ['broken off', 'no error at all', 'SSH'],
    ['broken off', undefined, 'SSH'],
  ])('%s: %s', async (failure, error, hint) => {
    expect(classify(error)).toBe(failure)
    const told = await failureOf(wait(() => Promise.reject(error), { timeoutMs: 50 }).waited)
    expect(told.code).toBe('ssh')
    expect(told.message).toMatch(
      new RegExp(`^no SSH login at 192\\.0\\.2\\.1 port 22 within 0\\.05 s: ${failure} once$`),
    )
    expect(told.hint).toContain(hint)
  })

  test.each([
    ['ipv6', 'ENETUNREACH', 'over IPv6', 'is IPv6 available on this computer?'],
    ['ipv6', 'ETIMEDOUT', 'over IPv6', '::/0'],
    ['ipv6', 'ECONNREFUSED', 'over IPv6', '--ssh-port'],
    ['private', 'EHOSTUNREACH', 'over the private network', 'is this computer in that network'],
    ['private', 'ETIMEDOUT', 'over the private network', '--ssh-over'],
  ] as const)('over %s, with %s', async (over, code, way, hint) => {
    const told = await failureOf(wait(() => Promise.reject(coded(code)), { timeoutMs: 50, over }).waited)
    expect(told.message).toContain(`no SSH login at 192.0.2.1 port 22 ${way} within`)
    expect(told.hint).toContain(hint)
  })

  test('counts what it ran into, the most frequent first', async () => {
    const faults = [coded('ECONNREFUSED'), levelled('client-timeout'), levelled('client-timeout')]
    let tries = 0
    const connect = () => Promise.reject(faults[tries++ % 3])
    const error = await failureOf(wait(connect, { timeoutMs: 1200 }).waited)
    expect(error.message).toMatch(
      /: timed out 2 times, refused 2 times$|: timed out \d times, refused (once|\d times)$/,
    )
  })

  test('and says what to do about the last one, since while a machine boots everybody is refused', async () => {
    let tries = 0
    const connect = () => Promise.reject(tries++ < 5 ? coded('ECONNREFUSED') : levelled('client-authentication'))
    const error = await failureOf(wait(connect, { timeoutMs: 1500 }).waited)
    expect(error.message).toContain('refused 5 times')
    expect(error.hint).toContain('the key')
  })
})

describe('against real servers', () => {
  const options = { signal: new AbortController().signal, timeoutMs: 150, tryTimeoutMs: 60 }

  test('that take the key', async () => {
    await using server = await serveSsh((channel) => {
      channel.exit(0)
      channel.end()
    })
    const session = await waitForSsh(server.target, {
      ...options,
      clock: quickClock(),
      timeoutMs: 5000,
      tryTimeoutMs: 5000,
    })
    expect((await session.run('true', { ...options, timeoutMs: 5000, name: 'it' })).exitCode).toBe(0)
    session.end()
  })

  test('that do not take the key', async () => {
    await using server = await serveSsh(() => undefined, false)
    const patient = { ...options, clock: quickClock(), tryTimeoutMs: 5000, timeoutMs: 5000 }
    expect((await failureOf(waitForSsh(server.target, patient))).message).toMatch(/: denied \d+ times/)
  })

  test('that are not there', async () => {
    const { privateKey } = await createKeyPair('test')
    const target = { host: '127.0.0.1', port: await refusedPort(), privateKey }
    expect((await failureOf(waitForSsh(target, { ...options, clock: quickClock() }))).message).toContain('refused')
  })

  test.each([
    ['say nothing', undefined, 'silent'],
    ['speak HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'broken off'],
    ['close at once', '', 'broken off'],
  ])('that %s', async (_, words, failure) => {
    await using ssh = await serveSsh(() => undefined)
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      if (words !== undefined) socket.end(words)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = address === null || typeof address === 'string' ? 0 : address.port
    const error = await failureOf(waitForSsh({ ...ssh.target, port }, { ...options, clock: quickClock() }))
    expect(error.message).toContain(failure)
    server.close()
  })
})
