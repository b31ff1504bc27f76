/** The gRPC server, as HashiCorp's go-plugin expects it of a plugin: Terraform's calls, and the services of go-plugin itself. */

import { setTimeout } from 'node:timers/promises'
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { redact } from '../../util/redact.ts'
import { Message, Received } from './message.ts'
import type { Calls } from './session.ts'

/** As in HashiCorp's own providers: a schema or a state may be large. */
const LARGEST_REQUEST_BYTES = 256 * 1024 * 1024

const PROVIDER = '/tfplugin6.Provider/'
/** How long a host may take to be told the last answer. */
const CLOSE_MS = 500
/** What go-plugin asks about the health of, and the answer. */
const PLUGIN = 'plugin'
const SERVING = 1

type Handle =
  | handleUnaryCall<Received, Message>
  | handleServerStreamingCall<Received, Message>
  | handleBidiStreamingCall<Received, Message>

export interface ServerOptions {
  readonly calls: Calls
  /** The host says that this process should end; it is answered when that is done. */
  readonly onShutdown: () => Promise<void>
  /** The host has gone without saying so. */
  readonly onLost: () => void
}

/** A server, and what closes it: what was answered gets to the host. */
export function createServer({ calls, onShutdown, onLost }: ServerOptions): {
  readonly server: Server
  close(): Promise<void>
} {
  const server = new Server({
    'grpc.max_receive_message_length': LARGEST_REQUEST_BYTES,
    'grpc.max_send_message_length': -1,
  })
  const register = (path: string, type: string, handle: Handle): void => {
    server.register(
      path,
      handle,
      (message) => Buffer.from(message.finish()),
      (bytes) => new Received(bytes),
      type,
    )
  }
  const unary = (path: string, answer: (request: Received) => Promise<Message>): void => {
    register(path, 'unary', ({ request }: ServerUnaryCall<Received, Message>, done: sendUnaryData<Message>): void => {
      answer(request).then(
        (message) => done(null, message),
        (error: unknown) => done(toStatus(error)),
      )
    })
  }
  for (const [name, answer] of Object.entries(calls)) unary(PROVIDER + name, answer)

  unary('/grpc.health.v1.Health/Check', async (request) => {
    if (!['', PLUGIN].includes(request.string(1))) throw new UnknownService()
    return new Message().integer(1, SERVING)
  })
  unary('/plugin.GRPCController/Shutdown', async () => {
    await onShutdown()
    return new Message()
  })
  // Two streams are as long as the connection, and nothing is sent on them: there are no other connections, and standard output and
  // error are the host's own.
  const streams: { end(): unknown }[] = []
  register('/plugin.GRPCBroker/StartStream', 'bidi', (call: ServerDuplexStream<Received, Message>) => {
    streams.push(call)
    call.on('data', () => undefined)
  })
  register('/plugin.GRPCStdio/StreamStdio', 'serverStream', (call: ServerWritableStream<Received, Message>) => {
    streams.push(call)
    call.on('cancelled', onLost)
  })
  return {
    server,
    async close() {
      for (const stream of streams) stream.end()
      const closed = new Promise<void>((resolve) => {
        server.tryShutdown(() => resolve())
      })
      await Promise.race([closed, setTimeout(CLOSE_MS, undefined, { ref: false })])
      server.forceShutdown()
    },
  }
}

/** The health of what is not there is no error of this program. */
class UnknownService extends Error {}

function toStatus(error: unknown): { readonly code: status; readonly details: string } {
  if (error instanceof UnknownService) return { code: status.NOT_FOUND, details: 'unknown service' }
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: status.INTERNAL, details: redact(details) }
}
