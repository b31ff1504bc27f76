/** Answers a request with a file, or a part of it. */

import { type FileHandle, open } from 'node:fs/promises'

const CHUNK_BYTES = 1024 * 1024

export interface ServedFile {
  readonly path: string
  readonly bytes: number
  readonly contentType: string
  /** With its quotes. */
  readonly etag: string
  /** The name under which a browser would save it. */
  readonly name: string
}

/** The answer to `request` (GET or HEAD). The file is opened when the first byte is wanted, and read as fast as taken. */
export function serveFile(request: Request, file: ServedFile): Response {
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    ETag: file.etag,
    'Content-Type': file.contentType,
    'Content-Disposition': `attachment; filename="${file.name}"`,
  })
  if (request.headers.get('If-None-Match') === file.etag) return new Response(null, { status: 304, headers })

  const condition = request.headers.get('If-Range')
  const mayBePart = request.method === 'GET' && (condition === null || condition === file.etag)
  const range = mayBePart ? parseRange(request.headers.get('Range') ?? undefined, file.bytes) : 'all'
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${file.bytes}`)
    headers.set('Content-Type', 'text/plain; charset=utf-8')
    return new Response('invalid range: failed to overlap\n', { status: 416, headers })
  }
  const { first, last } = range === 'all' ? { first: 0, last: file.bytes - 1 } : range
  headers.set('Content-Length', String(last - first + 1))
  if (range !== 'all') headers.set('Content-Range', `bytes ${first}-${last}/${file.bytes}`)
  const body = request.method === 'HEAD' ? null : streamFile(file.path, { first, last })
  return new Response(body, { status: range === 'all' ? 200 : 206, headers })
}

/** Reads a part of a file, a chunk for each pull, so that a slow reader holds no more than one chunk in memory. */
function streamFile(path: string, { first, last }: ByteRange): ReadableStream<Uint8Array> {
  let handle: FileHandle | undefined
  let at = first
  const close = async (): Promise<void> => {
    const opened = handle
    handle = undefined
    await opened?.close()
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          handle ??= await open(path, 'r')
          const length = Math.min(CHUNK_BYTES, last - at + 1)
          const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, at)
          if (bytesRead === 0) throw new RangeError(`${path} is shorter than it was`)
          at += bytesRead
          controller.enqueue(buffer.subarray(0, bytesRead))
          if (at <= last) return
          await close()
          controller.close()
        } catch (error) {
          await close()
          throw error
        }
      },
      cancel: close,
    },
    // nothing is read ahead of the first pull: the answer to a HEAD must not open the file
    { highWaterMark: 0 },
  )
}

/** First and last byte, both included. */
interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * Reads a Range header.
 * @returns the part; `all` when the header is absent, of another kind or asks for several parts;
 * `unsatisfiable` when the file has no such part
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'all' | 'unsatisfiable' {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return 'all'
  if (from === '') {
    const suffix = Number(to)
    return suffix === 0 || size === 0 ? 'unsatisfiable' : { first: Math.max(0, size - suffix), last: size - 1 }
  }
  const first = Number(from)
  if (to !== '' && Number(to) < first) return 'all'
  return first >= size ? 'unsatisfiable' : { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}
