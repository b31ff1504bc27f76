/**
 * gRPC as far as asking Talos takes it: calls with one message to a server that made its certificate itself. A library would
 * take the certificate unseen, or not at all.
 */

import { createHash, X509Certificate } from 'node:crypto'
import { connect as connectHttp, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { errorCode } from '../../util/error-code.ts'
import { USER_AGENT } from '../../util/user-agent.ts'

/** Why there is no answer of gRPC. */
export type GrpcFailure =
  | 'refused'
  | 'timed out'
  | 'no route'
  | 'broken off'
  | 'no TLS'
  | 'no gRPC'
  | 'client certificate wanted'

export class NoGrpc extends Error {
  readonly failure: GrpcFailure

  constructor(failure: GrpcFailure, options?: ErrorOptions) {
    super(failure, options)
    this.failure = failure
  }
}

/** The answer to a call: its status (0 is success) and what the server says of it. */
export interface GrpcAnswer {
  readonly status: number
  readonly text: string
  readonly messages: readonly Uint8Array[]
}

/** What the server showed before anything was asked. */
export interface ServerCertificate {
  /** SHA-256 of its public key in base64, as Talos prints it on its console. */
  readonly fingerprint: string
  /** Whether it is made for the address that was connected to. */
  readonly namesAddress: boolean
  /** Whether an authority that this computer trusts has signed it. */
  readonly isTrusted: boolean
}

export interface GrpcConnection extends Disposable {
  readonly certificate: ServerCertificate
  /** @throws NoGrpc when what comes is no answer of gRPC; the signal's reason when it aborts */
  call(path: string, message: Uint8Array): Promise<GrpcAnswer>
}

/** More than any answer of Talos that is asked for has. */
const MOST_BYTES = 1 << 22

/**
 * Connects, without a certificate of our own.
 * @param signal ends the connection, too
 * @throws NoGrpc, or the signal's reason when it aborts
 */
export async function connectGrpc(host: string, port: number, signal: AbortSignal): Promise<GrpcConnection> {
  const socket = await openTls(host, port, signal)
  const certificate = describe(new X509Certificate(socket.getPeerCertificate(true).raw), host, socket.authorized)
  const session = connectHttp('https://localhost', { createConnection: () => socket })
  let failed: NoGrpc | undefined
  // Never removed: an error without a listener ends the process.
  session.on('error', (error) => {
    failed ??= new NoGrpc(classify(error), { cause: error })
  })
  const onAbort = (): void => session.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  const call = async (path: string, message: Uint8Array): Promise<GrpcAnswer> => {
    signal.throwIfAborted()
    if (failed !== undefined) throw failed
    try {
      return await new Promise<GrpcAnswer>((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': path,
          'content-type': 'application/grpc',
          te: 'trailers',
          'user-agent': USER_AGENT,
        })
        let status: IncomingHttpHeaders = {}
        let bytes = 0
        const chunks: Buffer[] = []
        // An answer without a message has its status in its headers.
        stream.on('response', (headers) => {
          status = headers
        })
        stream.on('trailers', (trailers) => {
          status = trailers
        })
        stream.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > MOST_BYTES) stream.destroy()
          else chunks.push(chunk)
        })
        stream.on('error', reject)
        stream.on('close', () => {
          const answer = toAnswer(status, Buffer.concat(chunks))
          if (answer === undefined) reject(failed ?? new NoGrpc(stream.rstCode === 0 ? 'no gRPC' : 'broken off'))
          else resolve(answer)
        })
        stream.end(frame(message))
      })
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof NoGrpc ? error : (failed ?? new NoGrpc(classify(error), { cause: error }))
    }
  }
  const end = (): void => {
    signal.removeEventListener('abort', onAbort)
    session.destroy()
  }
  return { certificate, call, [Symbol.dispose]: end }
}

function openTls(host: string, port: number, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // Talos has no certificate that anything could vouch for; what it has is looked at by the caller.
    const socket = connectTls({ host, port, ALPNProtocols: ['h2'], rejectUnauthorized: false })
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      reject(error)
    }
    const onAbort = (): void => fail(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', (error) => fail(new NoGrpc(classify(error), { cause: error })))
    socket.once('close', () => fail(new NoGrpc('broken off')))
    socket.once('secureConnect', () => {
      if (socket.alpnProtocol !== 'h2') return fail(new NoGrpc('no gRPC'))
      signal.removeEventListener('abort', onAbort)
      resolve(socket)
    })
  })
}

function describe(certificate: X509Certificate, host: string, isTrusted: boolean): ServerCertificate {
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return {
    fingerprint: createHash('sha256').update(key).digest('base64'),
    namesAddress: certificate.checkIP(host) !== undefined,
    isTrusted,
  }
}

/** A message in its frame: not compressed, its length, and itself. */
function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/** undefined for what is no answer of gRPC. */
function toAnswer(headers: IncomingHttpHeaders, body: Buffer): GrpcAnswer | undefined {
  const status = Number(headers['grpc-status'] ?? Number.NaN)
  const messages = unframe(body)
  if (!Number.isInteger(status) || messages === undefined) return undefined
  return { status, text: decode(String(headers['grpc-message'] ?? '')), messages }
}

function unframe(body: Buffer): Buffer[] | undefined {
  const messages: Buffer[] = []
  for (let offset = 0; offset < body.length; ) {
    if (offset + 5 > body.length || body[offset] !== 0) return undefined
    const end = offset + 5 + body.readUInt32BE(offset + 1)
    if (end > body.length) return undefined
    messages.push(body.subarray(offset + 5, end))
    offset = end
  }
  return messages
}

/** Texts come percent-encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What the system says of an address that it has no way to, or of a family that it does not have. */
const NO_ROUTE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])
/** The alerts of a server that a client without a certificate gets: of TLS 1.3, and of older ones. */
const CERTIFICATE_WANTED = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|CERTIFICATE_UNKNOWN)$/

function classify(error: unknown): GrpcFailure {
  const code = errorCode(error) ?? ''
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ETIMEDOUT') return 'timed out'
  if (NO_ROUTE.has(code)) return 'no route'
  if (CERTIFICATE_WANTED.test(code)) return 'client certificate wanted'
  if (code.endsWith('ALERT_NO_APPLICATION_PROTOCOL')) return 'no gRPC'
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return 'no TLS'
  return code.startsWith('ERR_HTTP2_') ? 'no gRPC' : 'broken off'
}
