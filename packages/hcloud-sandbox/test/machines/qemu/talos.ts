/** Asks a machine as clients of Talos do: gRPC over HTTP/2, whatever certificate it shows. */

import { once } from 'node:events'
import { connect } from 'node:http2'
import { buffer } from 'node:stream/consumers'

export interface TalosAnswer {
  /** Of gRPC, such as 0 when all is well, or 12 for what is not implemented. */
  readonly status: number
  readonly text: string
  /** The messages of the answer, as they were sent. */
  readonly body: string
}

/** A machine that answers does so within moments, also where it is translated and the computer is busy. */
const PATIENCE_MS = 20_000

/**
 * @param texts the first fields of the request
 * @throws Error when there is no connection, or no agreement on TLS
 */
export async function askTalos(
  { address, talosPort }: { readonly address: string; readonly talosPort: number },
  method: string,
  texts: readonly string[] = [],
): Promise<TalosAnswer> {
  const session = connect(`https://${address}:${talosPort}`, { rejectUnauthorized: false })
  session.setTimeout(PATIENCE_MS, () => session.destroy(new Error('no answer')))
  const failure = once(session, 'error').then(([error]) => Promise.reject(error))
  const ask = async (): Promise<TalosAnswer> => {
    const stream = session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    let told: Record<string, unknown> = {}
    const note = (headers: object) => {
      told = { ...told, ...headers }
    }
    stream.on('response', note).on('trailers', note)
    stream.end(toRequest(texts))
    const body = (await buffer(stream)).toString('latin1')
    return { status: Number(told['grpc-status']), text: String(told['grpc-message'] ?? ''), body }
  }
  try {
    return await Promise.race([failure, ask()])
  } finally {
    session.destroy()
  }
}

/** A message of texts, each shorter than 128 bytes, with the length in front that gRPC wants. */
function toRequest(texts: readonly string[]): Buffer {
  const fields = texts.map((text, index) =>
    Buffer.concat([Buffer.from([((index + 1) << 3) | 2, text.length]), Buffer.from(text)]),
  )
  const message = Buffer.concat(fields)
  const header = Buffer.alloc(5)
  header.writeUInt32BE(message.length, 1)
  return Buffer.concat([header, message])
}
