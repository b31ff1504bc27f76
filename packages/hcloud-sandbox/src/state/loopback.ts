/** What a sandbox takes of the loopback network: web servers, the SSH port, and an address for each machine. */

import { once } from 'node:events'
import { createServer as createHttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { SandboxError } from '../errors.ts'
import { sendFaulty } from './faulty-answer.ts'

export { resetConnection } from './faulty-answer.ts'

const HOST = '127.0.0.1'

/** More than any request needs: user data have at most 32 KiB, and schematics are pages of text. */
const MAX_BODY_BYTES = 1024 * 1024

/** Something that listens. */
export interface Listener {
  readonly port: number
  /** Stops listening and ends every connection. */
  close(): Promise<void>
}

/**
 * Serves HTTP on 127.0.0.1, to programs of this computer: what web pages send is refused, and so are bodies of more than 1 MiB.
 * @param port 0 for any that is free
 * @throws SandboxError `sandbox` when the port is taken
 */
export async function serveHttp(fetch: (request: Request) => Promise<Response>, port: number): Promise<Listener> {
  const answer = async (request: Request, { incoming, outgoing }: Record<'incoming' | 'outgoing', object>) => {
    const refusal = findForeigner(request.headers) ?? (await findTooLarge(incoming))
    const response = refusal ?? (await fetch(request))
    if (!(outgoing instanceof ServerResponse)) return response
    return (await sendFaulty(response, outgoing)) ? RESPONSE_ALREADY_SENT : response
  }
  // the sandbox may run inside another program, whose globals it must not change
  const server = createHttpServer(getRequestListener(answer, { overrideGlobalObjects: false }))
  await listen(server, port, HOST, {
    what: `the sandbox cannot listen on ${HOST}:${port}`,
    hint: 'choose another port, or 0 for any that is free',
  })
  return {
    port: portOf(server),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Names of this computer alone, as URLs write them. Machines call it 127.0.0.1, too. */
const OWN_NAMES = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/

/**
 * The refusal of a request that a web page sends: one under a name that its owner lets point to this computer (DNS rebinding),
 * or one that says which page it comes from. Programs of this computer do neither.
 */
function findForeigner(headers: Headers): Response | undefined {
  const asked = headers.get('host') ?? ''
  const origin = headers.get('origin')
  const wrong = !isOwn(`http://${asked}`)
    ? `for "${asked}"`
    : origin !== null && !isOwn(origin)
      ? `of "${origin}"`
      : undefined
  if (wrong === undefined) return undefined
  return new Response(`the sandbox takes no request ${wrong}: it is for programs of this computer\n`, { status: 403 })
}

const isOwn = (url: string): boolean => URL.canParse(url) && OWN_NAMES.test(new URL(url).hostname)

/**
 * The refusal of a body that is too large, of which no more than that is held. A body whose length is not told is read here, and
 * kept where the web server looks for one that was read already.
 */
async function findTooLarge(incoming: object): Promise<Response | undefined> {
  if (!(incoming instanceof IncomingMessage)) return undefined
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers
  if (Number(length ?? 0) > MAX_BODY_BYTES) return tooLarge()
  if (encoding === undefined) return undefined
  const body: Buffer[] = []
  let bytes = 0
  // The connection is still needed, for the answer.
  for await (const part of incoming.iterator({ destroyOnReturn: false })) {
    bytes += part.length
    if (bytes > MAX_BODY_BYTES) return tooLarge()
    body.push(part)
  }
  Object.assign(incoming, { rawBody: Buffer.concat(body) })
  return undefined
}

const tooLarge = (): Response =>
  new Response(`the sandbox takes no request with more than ${MAX_BODY_BYTES} bytes\n`, { status: 413 })

/** In the network of the machines, but of none of them: what listens at 127.0.0.1 does not count. */
const PORT_KEEPER = '127.64.0.2'

/**
 * Takes a port of the machines as long as the sandbox lives, so that no other sandbox has the same one: their machines have
 * the same addresses, and one would answer for the other's. The machines listen themselves.
 * @param port 0 for any that is free
 * @param words what is said when it cannot be had
 * @throws SandboxError `sandbox` when the port is taken or not allowed
 */
export async function reservePort(port: number, words: Words): Promise<Listener> {
  const server = createServer((socket) => socket.destroy())
  // Only Linux has all addresses of the loopback network; elsewhere machines do not listen.
  await listen(server, port, process.platform === 'linux' ? PORT_KEEPER : HOST, words)
  return {
    port: portOf(server),
    async close() {
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

/**
 * The loopback address of the machine with this number, counted from 1: 127.64.0.1, 127.64.1.1, and so on up to
 * 127.127.255.1. Each is the first of a network of its own.
 */
export function toMachineAddress(number: number): string {
  const block = number - 1
  return ['127', 64 + (Math.floor(block / 256) % 64), block % 256, 1].join('.')
}

/** What is said when something cannot listen. */
interface Words {
  readonly what: string
  readonly hint: string
}

async function listen(server: Server, port: number, host: string, { what, hint }: Words): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const message = `${what}: ${cause.message}`
      const rights = cause.code === 'EACCES' ? 'ordinary users cannot have ports below 1024: choose a higher one' : hint
      reject(new SandboxError({ code: 'sandbox', message, hint: rights }, { cause }))
    }
    server.once('error', onError)
    server.once('listening', () => {
      server.off('error', onError)
      resolve()
    })
    server.listen(port, host)
  })
}

/** Where a server listens. */
export function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('the server does not listen on a port')
  return address.port
}
