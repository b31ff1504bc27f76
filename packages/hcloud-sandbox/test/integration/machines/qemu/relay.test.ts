import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { ConnectionFault } from '../../../../src/machines/faults.ts'
import { openRelay } from '../../../../src/machines/qemu/relay.ts'
import { findFreePort } from '../../../machines/fixture.ts'

const ADDRESS = '127.0.0.1'

/** A relay to something that says hello, and then all that it is told. */
async function makeRelay(...faults: (ConnectionFault | undefined)[]) {
  let greeted = 0
  const machine = createServer({ allowHalfOpen: true }, (socket) => {
    greeted++
    socket.write('hello ')
    socket.pipe(socket)
  }).listen(0, ADDRESS)
  await once(machine, 'listening')
  const bound = machine.address()
  if (bound === null || typeof bound === 'string') throw new Error('not a port')
  const port = await findFreePort(ADDRESS)
  const onConnection = () => faults.shift()
  const relay = await openRelay({ address: ADDRESS, port, machinePort: bound.port, onConnection })
  return {
    relay,
    machine,
    dial: (): Socket => connect({ host: ADDRESS, port, allowHalfOpen: true }),
    get greeted() {
      return greeted
    },
    async [Symbol.asyncDispose]() {
      await relay.close()
      machine.close()
    },
  }
}

describe('a relay', () => {
  it('carries both directions, and the end of each', async () => {
    await using test = await makeRelay()
    const client = test.dial()
    client.end('world')
    expect(await text(client)).toBe('hello world')
  })

  it('resets a connection, and lets the next one through', async () => {
    await using test = await makeRelay('reset')
    const [error] = await once(test.dial(), 'error').catch((reason: unknown) => [reason])
    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(test.greeted).toBe(0)
    const client = test.dial()
    client.end()
    expect(await text(client)).toBe('hello ')
  })

  it('keeps silent until the client goes, or the power does', async () => {
    await using test = await makeRelay('silent', 'silent')
    // Its end of the connection stays open until it is told of the other's.
    const patient = test.dial()
    await once(patient, 'connect')
    const client = test.dial()
    client.end('anybody?')
    expect(await text(client)).toBe('')
    expect(test.greeted).toBe(0)
    const dropped = once(patient.resume(), 'end')
    await test.relay.close()
    await dropped
    patient.destroy()
  })

  it('cannot be started where another program listens', async () => {
    await using test = await makeRelay()
    const bound = test.machine.address()
    if (bound === null || typeof bound === 'string') throw new Error('not a port')
    const opening = openRelay({ address: ADDRESS, port: bound.port, machinePort: 1, onConnection: () => undefined })
    await expect(opening).rejects.toMatchObject({ code: 'sandbox', message: expect.stringContaining('EADDRINUSE') })
  })

  it('resets connections to a machine that is not there', async () => {
    const [port, machinePort] = [await findFreePort(ADDRESS), await findFreePort(ADDRESS)]
    const relay = await openRelay({ address: ADDRESS, port, machinePort, onConnection: () => undefined })
    try {
      await expect(once(connect(port, ADDRESS).resume(), 'end')).rejects.toMatchObject({ code: 'ECONNRESET' })
    } finally {
      await relay.close()
    }
  })
})
