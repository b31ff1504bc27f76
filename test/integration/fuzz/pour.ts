/** A body that is far too long. */

import type { ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'

/** What is poured out at most, in bytes, before it ends as valid JSON. */
export const POURED = 192 << 20

/** One long JSON string, until the other side has enough; `sent` counts its bytes before they are packed. */
export function pour(response: ServerResponse, packed: boolean, sent: { bytes: number }): void {
  const chunk = Buffer.alloc(1 << 20, 'x')
  const stream = packed ? createGzip({ level: 1 }) : response
  if (stream !== response) stream.pipe(response)
  stream.write('"')
  let poured = 0
  const more = (): void => {
    while (!response.destroyed) {
      poured += chunk.length
      sent.bytes = Math.max(sent.bytes, poured)
      if (poured >= POURED) {
        stream.end('"')
        return
      }
      if (!stream.write(chunk)) {
        stream.once('drain', more)
        return
      }
    }
  }
  more()
}
