import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { checkSshEgress, parseSshHost } from '../../../src/cli/ssh-egress.ts'

describe('--ssh-host', () => {
  test.each([
    ['github.com', { host: 'github.com', port: 22 }],
    ['203.0.113.7:2222', { host: '203.0.113.7', port: 2222 }],
    ['2001:db8::1', { host: '2001:db8::1', port: 22 }],
    ['[2001:db8::1]:2222', { host: '2001:db8::1', port: 2222 }],
  ])('may be %s', (text, host) => {
    expect(parseSshHost(text)).toEqual(host)
  })

  test.each(['', 'a:b', 'a:0', 'a:65536', 'ssh://a', 'root@a', '[a]:22', 'a b'])('is not %j', (text) => {
    expect(() => parseSshHost(text)).toThrow(InvalidArgumentError)
  })
})

/** A server that does this with each who comes. */
async function serve(meet: (socket: Socket) => void): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    meet(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new RangeError('it has no port')
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.close()
    },
  }
}

const check = (port: number, signal = new AbortController().signal) =>
  checkSshEgress({ host: '127.0.0.1', port }, signal)

describe('checkSshEgress', () => {
  test('is content with a greeting, after whatever else was said', async () => {
    await using server = await serve((socket) => socket.write('welcome\r\nSSH-2.0-OpenSSH_9.7\r\n'))
    expect(await check(server.port)).toMatchObject({ name: 'SSH', status: 'ok' })
  })

  test('warns of a proxy that answers in the place of a server', async () => {
    await using server = await serve((socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))
    expect(await check(server.port)).toMatchObject({ status: 'warning' })
  })

  test('warns of who talks without end', async () => {
    await using server = await serve((socket) => socket.write('x'.repeat(64 * 1024)))
    expect(await check(server.port)).toMatchObject({ status: 'warning' })
  })

  test('fails where nothing listens', async () => {
    const server = await serve(() => undefined)
    await server[Symbol.asyncDispose]()
    const { status, message, hint } = await check(server.port)
    expect({ status, message }).toMatchObject({ status: 'failed', message: expect.stringContaining('ECONNREFUSED') })
    expect(hint).toContain(`TCP port ${server.port}`)
  })

  test('ends with the reason of its signal', async () => {
    const stop = new AbortController()
    await using server = await serve(() => stop.abort(new RangeError('stopped')))
    await expect(check(server.port, stop.signal)).rejects.toThrow('stopped')
  })
})
