/** A SOCKS 5 proxy (RFC 1928, RFC 1929) that knows hosts which do not exist elsewhere. */

import { createServer, connect as dial, type Socket } from 'node:net'
import type { ProxyOptions, TestProxy } from './proxy.ts'
import { listenAnywhere } from './web.ts'

/** Starts it at any port of this computer. Its `requests` are such as `factory.test:443`. */
export async function openSocksProxy({ hosts, login }: ProxyOptions): Promise<TestProxy> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const serve = async (socket: Socket): Promise<void> => {
    const read = reader(socket)
    const [, methods = 0] = await read(2)
    await read(methods)
    socket.write(Buffer.from([5, login === undefined ? 0 : 2]))
    if (login !== undefined) {
      const [, userLength = 0] = await read(2)
      const user = await read(userLength)
      const [passwordLength = 0] = await read(1)
      const isRight = `${user}:${await read(passwordLength)}` === login
      socket.write(Buffer.from([1, isRight ? 0 : 1]))
      if (!isRight) return void socket.end()
    }
    const [, , , kind, length = 0] = await read(5)
    // 3: a name. Addresses of hosts are not asked for in tests.
    const host = kind === 3 ? String(await read(length)) : ''
    const port = (await read(2)).readUInt16BE()
    requests.push(`${host}:${port}`)
    const target = hosts[host]
    const answer = (code: number) => socket.write(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
    // 4: host unreachable.
    if (target === undefined) return void (answer(4) && socket.end())
    const there = dial(Number(new URL(target).port), '127.0.0.1', () => {
      answer(0)
      there.pipe(socket).pipe(there)
    })
    there.on('error', () => socket.destroy())
    socket.on('close', () => there.destroy())
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    serve(socket).catch(() => socket.destroy())
  })
  const port = await listenAnywhere(server)
  return {
    url: `socks5://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** Reads exactly so many bytes. */
function reader(socket: Socket) {
  return async (length: number): Promise<Buffer> => {
    for (;;) {
      if (length === 0) return Buffer.alloc(0)
      const bytes: unknown = socket.read(length)
      if (Buffer.isBuffer(bytes)) return bytes
      await new Promise<void>((resolve, reject) => {
        socket.once('readable', resolve).once('close', () => reject(new Error('closed')))
      })
    }
  }
}
