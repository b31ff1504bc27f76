/** Reads a disk image on this computer, to send it to the build server. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline, type Readable, Transform } from 'node:stream'
import { TalosImageError } from '../../errors.ts'
import { READ_BYTES } from '../../source/inspect-file.ts'

/** What is sent to the server. */
export interface Sent {
  readonly stream: Readable
  /** SHA-256 of what was sent, to compare with what arrived. May be called once, at the end. */
  readonly sha256: () => string
  /** @throws TalosImageError `source` when reading failed */
  readonly assertWhole: () => void
}

const CHUNKS = { highWaterMark: READ_BYTES }

/** @param source a path, or a stream that is read once */
export function sendLocal(source: string | Readable): Sent {
  const input = typeof source === 'string' ? createReadStream(source, CHUNKS) : source
  const hash = createHash('sha256')
  let failure: Error | undefined
  const stream = new Transform({
    ...CHUNKS,
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  input.once('error', (error: Error) => {
    // When the server ends before it has read everything, its stream goes first, and takes this one with it.
    if (!stream.destroyed) failure = error
  })
  // An error is reported by `assertWhole`; without this callback it would end the process.
  pipeline(input, stream, () => undefined)
  return {
    stream,
    sha256: () => hash.digest('hex'),
    assertWhole() {
      if (failure === undefined) return
      const name = typeof source === 'string' ? source : 'standard input'
      throw new TalosImageError({ code: 'source', message: `${name} could not be read to its end: ${failure.message}` })
    },
  }
}
