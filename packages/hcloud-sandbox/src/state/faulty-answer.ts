/**
 * Answers that go wrong on their way to the client. A response carries its fault to the web server in a header: what lies
 * between them makes new responses out of old ones, and keeps only the headers. No client ever sees it.
 */

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

const FAULT_HEADER = 'X-Sandbox-Fault'

/**
 * What can happen to a body: it ends and the connection is closed although more was promised, it stops and the connection
 * stays, or one byte of it is another one.
 */
export type BodyFault = 'truncate' | 'stall' | 'alter'

/** An answer that makes the web server reset the connection instead of answering. */
export function resetConnection(): Response {
  return new Response(null, { headers: { [FAULT_HEADER]: 'reset' } })
}

/** An answer that never comes: the connection stays until the client has had enough. */
export function neverAnswer(): Response {
  return new Response(null, { headers: { [FAULT_HEADER]: 'hang' } })
}

/**
 * The same answer, with a fault in its body that promises the same length. A shorter body stays whole.
 * @param at how many bytes of the body are still good; the byte with this offset is the altered one
 */
export function spoilBody(response: Response, fault: BodyFault, at: number): Response {
  const spoiled = new Response(response.body, response)
  spoiled.headers.set(FAULT_HEADER, `${fault} ${at}`)
  return spoiled
}

/** Whether a client gets at least the beginning of this answer. */
export function isEverSent(response: Response): boolean {
  return !['reset', 'hang'].includes(response.headers.get(FAULT_HEADER) ?? '')
}

/** Does what the fault in a response wants; gives false, and does nothing, when there is none. */
export async function sendFaulty(response: Response, outgoing: ServerResponse): Promise<boolean> {
  const fault = response.headers.get(FAULT_HEADER)
  if (fault === null) return false
  if (fault === 'hang') return true
  if (fault === 'reset') outgoing.socket?.resetAndDestroy()
  else await sendSpoiled(response, outgoing, fault)
  return true
}

/** Streams the body, and takes no more of it than the client does. */
async function sendSpoiled(response: Response, outgoing: ServerResponse, fault: string): Promise<void> {
  const [kind, at] = fault.split(' ')
  const gone = new AbortController()
  const reader = response.body?.getReader()
  const stop = async (): Promise<void> => {
    gone.abort()
    await reader?.cancel().catch(() => undefined)
  }
  outgoing.once('close', stop)
  try {
    if (outgoing.destroyed) return await stop()
    for (const [name, value] of response.headers) outgoing.setHeader(name, value)
    outgoing.removeHeader(FAULT_HEADER)
    outgoing.writeHead(response.status)
    outgoing.flushHeaders()
    const isWhole =
      reader === undefined || (await sendBody(reader, kind === 'alter', Number(at), outgoing, gone.signal))
    if (isWhole) outgoing.end()
    else if (kind === 'truncate') outgoing.socket?.destroySoon()
  } catch {
    // The client has gone, or the source has failed: a body that breaks off says so.
    outgoing.destroy()
  } finally {
    await reader?.cancel().catch(() => undefined)
  }
}

/** @returns whether the body was sent to its end */
async function sendBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  alters: boolean,
  at: number,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<boolean> {
  let sent = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return true
    const part = alters ? alterByte(value, at - sent) : value.subarray(0, at - sent)
    if (!outgoing.write(part)) await once(outgoing, 'drain', { signal })
    sent += part.length
    if (!alters && sent >= at) return false
  }
}

function alterByte(chunk: Uint8Array, index: number): Uint8Array {
  const byte = chunk[index]
  if (byte === undefined) return chunk
  // The caller may still need the chunk.
  const altered = Uint8Array.from(chunk)
  altered[index] = byte ^ 0xff
  return altered
}
