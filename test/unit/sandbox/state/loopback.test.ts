import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { reserveSshPort, resetConnection, serveHttp, toMachineAddress } from '../../../../src/sandbox/state/loopback.ts'

test('requests are answered until the server closes, which ends every connection', async () => {
  const server = await serveHttp(async (request) => new Response(new URL(request.url).pathname), 0)
  const url = `http://127.0.0.1:${server.port}/here`
  expect(await (await fetch(url)).text()).toBe('/here')
  const waiting = connect(server.port, '127.0.0.1')
  await once(waiting, 'connect')
  const ended = once(waiting, 'close')
  await server.close()
  await ended
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('a connection can be reset instead of answered', async () => {
  const server = await serveHttp(async () => resetConnection(), 0)
  await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
  await server.close()
})

test('a port that is taken is a mistake of the user', async () => {
  const server = await serveHttp(async () => new Response(), 0)
  await expect(serveHttp(async () => new Response(), server.port)).rejects.toMatchObject({
    code: 'sandbox',
    message: expect.stringContaining(`127.0.0.1:${server.port}`),
  })
  await server.close()
})

test('the globals stay as they were', async () => {
  const before = { Request: globalThis.Request, Response: globalThis.Response }
  const server = await serveHttp(async () => new Response(), 0)
  await server.close()
  expect({ Request: globalThis.Request, Response: globalThis.Response }).toEqual(before)
})

test('a reserved SSH port is nobody else’s, and free on the addresses of machines', async () => {
  const reserved = await reserveSshPort()
  const other = await reserveSshPort()
  expect(other.port).not.toBe(reserved.port)
  if (process.platform === 'linux') {
    const machine = createServer().listen(reserved.port, toMachineAddress(1))
    await once(machine, 'listening')
    const closed = once(machine, 'close')
    machine.close()
    await closed
  }
  await Promise.all([reserved.close(), other.close()])
})

test.each([
  [1, '127.64.0.1'],
  [254, '127.64.0.254'],
  [255, '127.64.1.1'],
  [254 * 256, '127.64.255.254'],
  [254 * 256 + 1, '127.65.0.1'],
  [254 * 256 * 64, '127.127.255.254'],
  [254 * 256 * 64 + 1, '127.64.0.1'],
])('machine %i has the address %s', (number, address) => {
  expect(toMachineAddress(number)).toBe(address)
})
