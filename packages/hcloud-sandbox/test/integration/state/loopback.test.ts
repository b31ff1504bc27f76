import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type BodyFault, isEverSent, neverAnswer, spoilBody } from '../../../src/state/faulty-answer.ts'
import { reservePort, resetConnection, serveHttp, toMachineAddress } from '../../../src/state/loopback.ts'

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

describe('requests of web pages', () => {
  const statusOf = async (headers: Readonly<Record<string, string>>): Promise<number | undefined> => {
    const server = await serveHttp(async () => new Response('x'), 0)
    const asked = request({ port: server.port, host: '127.0.0.1', headers })
    const [answer] = await once(asked.end(), 'response')
    answer.resume()
    await server.close()
    return answer.statusCode
  }

  test.each(['attacker.example', 'attacker.example:80', '127.0.0.1.attacker.example', '192.168.0.1', '0.0.0.0'])(
    'are refused when they call this computer "%s"',
    async (host) => expect(await statusOf({ host })).toBe(403),
  )

  test.each(['https://attacker.example', 'http://127.0.0.1.attacker.example', 'null'])(
    'are refused when they come from %s',
    async (origin) => expect(await statusOf({ origin })).toBe(403),
  )

  test.each([
    { host: 'localhost:1' },
    { host: '127.0.0.1' },
    { host: '127.64.0.1:9' },
    { host: '[::1]:1' },
    { host: 'cloud.localhost' },
    { origin: 'http://localhost:3000' },
    {},
  ])('are not those with %j', async (headers) => expect(await statusOf(headers)).toBe(200))
})

describe('a body', () => {
  const MIB = 1024 * 1024

  /** Sends parts of a body, and gives the answer, which may come before the body ends. */
  async function send(headers: Readonly<Record<string, number>>, parts: readonly Buffer[], ends = true) {
    let asked = 0
    const server = await serveHttp(async (received) => {
      asked += 1
      return new Response(String((await received.text()).length))
    }, 0)
    const sent = request({ port: server.port, host: '127.0.0.1', method: 'POST', headers })
    sent.flushHeaders()
    for (const part of parts) sent.write(part)
    if (ends) sent.end()
    const [answer] = await once(sent, 'response')
    answer.setEncoding('utf8')
    const body = (await answer.toArray()).join('')
    sent.destroy()
    await server.close()
    return { status: answer.statusCode, body, asked }
  }

  const REFUSED = { status: 413, body: 'the sandbox takes no request with more than 1048576 bytes\n', asked: 0 }

  test('is refused when it is said to be too large, before it comes', async () => {
    expect(await send({ 'content-length': MIB + 1 }, [], false)).toEqual(REFUSED)
    expect(await send({ 'content-length': 2 ** 50 }, [], false)).toEqual(REFUSED)
  })

  test('is refused as soon as it is too large', async () => {
    expect(await send({}, [Buffer.alloc(MIB), Buffer.alloc(1)], false)).toEqual(REFUSED)
  })

  test('of any size below that is taken', async () => {
    const answered = { status: 200, body: String(MIB), asked: 1 }
    expect(await send({ 'content-length': MIB }, [Buffer.alloc(MIB)])).toEqual(answered)
    expect(await send({}, [Buffer.alloc(MIB / 2), Buffer.alloc(MIB / 2)])).toEqual(answered)
    for (const headers of [{}, { 'content-length': 0 }]) {
      expect(await send(headers, [])).toEqual({ status: 200, body: '0', asked: 1 })
    }
  })
})

test('a connection can be reset instead of answered', async () => {
  const server = await serveHttp(async () => resetConnection(), 0)
  await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
  await server.close()
})

test('a connection can be left without an answer, until the client has had enough', async () => {
  const server = await serveHttp(async () => neverAnswer(), 0)
  const socket = connect(server.port, '127.0.0.1')
  let answered = ''
  socket.on('data', (data) => {
    answered += data
  })
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const ended = once(socket, 'close')
  const other = connect(server.port, '127.0.0.1')
  other.end('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(other.resume(), 'close')
  expect(socket.closed).toBe(false)
  await server.close()
  await ended
  expect(answered).toBe('')
})

test.each([
  ['an answer', new Response('x'), true],
  ['a failure', new Response('x', { status: 500 }), true],
  ['a spoiled body', spoilBody(new Response('x'), 'truncate', 0), true],
  ['a reset', resetConnection(), false],
  ['a silence', neverAnswer(), false],
])('%s is ever sent: %s', (_what, response, expected) => {
  expect(isEverSent(response)).toBe(expected)
})

const MIB = 1024 * 1024
const LENGTH = 100 * MIB
const ONES = Buffer.alloc(MIB, 1)

/** 100 MiB that are made as they are taken, with a count of what was taken. */
function createSource() {
  const taken = { bytes: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken.bytes === LENGTH) return controller.close()
        taken.bytes += MIB
        controller.enqueue(new Uint8Array(MIB).fill(1))
      },
      cancel() {
        taken.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { taken, response: new Response(body, { status: 206, headers: { 'Content-Length': String(LENGTH) } }) }
}

async function serveSpoiled(fault: BodyFault, at: number) {
  const { taken, response } = createSource()
  const server = await serveHttp(async () => spoilBody(response, fault, at), 0)
  const answer = await fetch(`http://127.0.0.1:${server.port}/`)
  return { taken, answer, [Symbol.asyncDispose]: () => server.close() }
}

/** Counts what comes, and which bytes are not as they were, until nothing more comes. */
async function drain(answer: Response) {
  const seen = { bytes: 0, altered: [] as number[], error: '' }
  try {
    for await (const chunk of answer.body ?? []) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('no bytes')
      // a look at each byte of 100 MiB takes seconds
      const isGood = ONES.subarray(0, chunk.length).equals(chunk)
      if (!isGood) seen.altered.push(seen.bytes + chunk.findIndex((byte) => byte !== 1))
      seen.bytes += chunk.length
    }
  } catch (error) {
    seen.error = error instanceof Error ? error.message : String(error)
  }
  return seen
}

describe('a body of 100 MiB', () => {
  test.each([
    ['truncate', 3 * MIB + 7, { bytes: 3 * MIB + 7, altered: [], error: 'terminated' }],
    ['truncate', 0, { bytes: 0, altered: [], error: 'terminated' }],
    ['truncate', LENGTH, { bytes: LENGTH, altered: [], error: '' }],
    ['alter', 0, { bytes: LENGTH, altered: [0], error: '' }],
    ['alter', 70 * MIB - 1, { bytes: LENGTH, altered: [70 * MIB - 1], error: '' }],
    ['alter', LENGTH, { bytes: LENGTH, altered: [], error: '' }],
    ['stall', LENGTH + 1, { bytes: LENGTH, altered: [], error: '' }],
  ] as const)('%s at %i', async (fault, at, expected) => {
    await using spoiled = await serveSpoiled(fault, at)
    expect(spoiled.answer.status).toBe(206)
    expect(Object.fromEntries(spoiled.answer.headers)).toMatchObject({ 'content-length': String(LENGTH) })
    expect([...spoiled.answer.headers.keys()].filter((name) => name.startsWith('x-'))).toEqual([])
    expect(await drain(spoiled.answer)).toEqual(expected)
    expect(spoiled.taken.bytes).toBe(Math.min(LENGTH, fault === 'truncate' ? Math.ceil(at / MIB) * MIB || MIB : LENGTH))
  })

  test('that stops is not read any further, and ends with the server', async () => {
    let drained: ReturnType<typeof drain>
    {
      await using spoiled = await serveSpoiled('stall', 5 * MIB)
      drained = drain(spoiled.answer)
      await expect.poll(() => spoiled.taken).toEqual({ bytes: 5 * MIB, cancelled: true })
    }
    expect(await drained).toEqual({ bytes: 5 * MIB, altered: [], error: 'terminated' })
  })

  test('is not read faster than the client takes it, and no further when the client goes', async () => {
    const { taken, response } = createSource()
    const server = await serveHttp(async () => spoilBody(response, 'alter', 0), 0)
    const client = connect(server.port, '127.0.0.1').pause()
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    let before = -1
    // What the kernel keeps for a client that does not read is some MiB; then nothing more is taken.
    await expect
      .poll(
        () => {
          const settled = taken.bytes > 0 && taken.bytes === before
          before = taken.bytes
          return settled
        },
        { interval: 100, timeout: 10_000 },
      )
      .toBe(true)
    expect(taken.bytes).toBeLessThan(LENGTH / 2)
    client.destroy()
    await expect.poll(() => taken.cancelled).toBe(true)
    expect(taken.bytes).toBeLessThan(LENGTH)
    await server.close()
  })
})

test('a body whose source fails breaks off', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error('the disk is gone'))
    },
  })
  const server = await serveHttp(async () => spoilBody(new Response(broken), 'alter', 0), 0)
  const answer = await fetch(`http://127.0.0.1:${server.port}/`)
  await expect(answer.text()).rejects.toThrow('terminated')
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

const WORDS = { what: 'no port', hint: 'choose another one' }

test('a reserved port belongs to this sandbox only, and is free on the addresses of machines', async () => {
  const reserved = await reservePort(0, WORDS)
  const other = await reservePort(0, WORDS)
  expect(other.port).not.toBe(reserved.port)
  if (process.platform === 'linux') {
    const machine = createServer().listen(reserved.port, toMachineAddress(1))
    await once(machine, 'listening')
    const closed = once(machine, 'close')
    machine.close()
    await closed
  }
  await expect(reservePort(reserved.port, WORDS)).rejects.toMatchObject({
    code: 'sandbox',
    message: expect.stringContaining('no port: listen EADDRINUSE'),
    hint: 'choose another one',
  })
  await Promise.all([reserved.close(), other.close()])
  const again = await reservePort(reserved.port, WORDS)
  await again.close()
})

test.each([
  [1, '127.64.0.1'],
  [2, '127.64.1.1'],
  [256, '127.64.255.1'],
  [257, '127.65.0.1'],
  [256 * 64, '127.127.255.1'],
  [256 * 64 + 1, '127.64.0.1'],
])('machine %i has the address %s', (number, address) => {
  expect(toMachineAddress(number)).toBe(address)
})
