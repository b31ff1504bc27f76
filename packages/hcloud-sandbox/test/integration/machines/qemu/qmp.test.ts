import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { openQmp } from '../../../../src/machines/qemu/qmp.ts'

/** Speaks QEMU's part: greets, and answers each line as told. */
async function makeQemu(answer: (line: string) => string) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('not a port')
  const client = connect(bound.port, '127.0.0.1')
  const [socket]: Socket[] = await once(server, 'connection')
  if (socket === undefined) throw new Error('no connection')
  const said: string[] = []
  createInterface({ input: socket }).on('line', (line) => {
    said.push(line)
    socket.write(`${answer(line)}\n`)
  })
  return {
    client,
    socket,
    said,
    async [Symbol.asyncDispose]() {
      client.destroy()
      socket.destroy()
      server.close()
    },
  }
}

const GREETING = '{"QMP": {"version": {}, "capabilities": []}}\n'

describe('the talk with QEMU', () => {
  it('begins with a greeting; commands are answered in their order, whatever happens between', async () => {
    await using qemu = await makeQemu((line) =>
      line.includes('human-monitor-command')
        ? '{"event": "RESUME"}\n{"return": "no such network\\r\\n"}'
        : '{"return": {}}',
    )
    const reasons: string[] = []
    const opening = openQmp(qemu.client, (reason) => reasons.push(reason))
    qemu.socket.write(GREETING)
    const qmp = await opening
    expect(await qmp.monitor('hostfwd_add')).toBe('no such network')
    qemu.socket.end('{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}\n')
    await once(qemu.client, 'close')
    expect(reasons).toEqual(['guest-reset'])
    await expect(qmp.monitor('hostfwd_add')).rejects.toThrow('ended')
  })

  it('fails when QEMU refuses', async () => {
    await using qemu = await makeQemu((line) =>
      line.includes('qmp_capabilities') ? '{"return": {}}' : '{"error": {"class": "GenericError", "desc": "not now"}}',
    )
    const opening = openQmp(qemu.client, () => undefined)
    qemu.socket.write(GREETING)
    await expect((await opening).monitor('quit')).rejects.toThrow('not now')
  })

  it('fails when QEMU goes away before it greets', async () => {
    await using qemu = await makeQemu(() => '')
    const opening = openQmp(qemu.client, () => undefined)
    qemu.socket.resetAndDestroy()
    await expect(opening).rejects.toThrow('ended')
  })
})
