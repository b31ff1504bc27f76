/** Looks at a disk image behind a URL by asking for its first and last bytes. */

import { type Origin, TalosImageError } from '../errors.ts'
import { fetchFailureReason } from '../util/fetch-failure.ts'
import { detectCompression, unpackedBytes } from './compression.ts'
import { HEAD_BYTES, looksLikeDisk } from './disk-signature.ts'
import type { SourceFacts } from './source.ts'

/** Characters that no URL may hold as they are, and that a shell would take for its own. */
const UNSAFE = /[\s"'`\\<>{}|^$()]/

/**
 * Checks the form of an image URL without asking anybody.
 * @returns what is wrong with it, or undefined
 */
export function checkImageUrl(url: string): { message: string; hint: string } | undefined {
  const unsafe = UNSAFE.exec(url)
  if (unsafe !== null) {
    return {
      message: `the image URL holds ${JSON.stringify(unsafe[0])}, which a URL cannot hold`,
      hint: 'remove it, or write it percent-encoded (a space is %20)',
    }
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.hostname === '') {
    return { message: `"${url}" is not a URL`, hint: 'write it as https://host/path/image.raw.zst' }
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    return {
      message: `the image URL begins with ${parsed.protocol}//; only http and https can be downloaded`,
      hint: 'for a file on this computer use --image-file PATH',
    }
  }
  return undefined
}

/**
 * Asks for the beginning and, where the format needs it, the end of an image.
 * @param at where the URL was given, for messages
 * @throws TalosImageError `source` when it is not there, empty, or not a disk; `network` when nobody answers
 */
export async function inspectUrl(
  url: string,
  options: { readonly at?: Origin | undefined; readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<SourceFacts> {
  const fail = (message: string, hint: string): never => {
    throw new TalosImageError({ code: 'source', message: `${url} ${message}`, hint, at: options.at })
  }
  const get = async (first: number, length: number): Promise<Response> => {
    const deadline = AbortSignal.timeout(options.timeoutMs ?? 60_000)
    try {
      return await fetch(url, {
        headers: { range: `bytes=${first}-${first + length - 1}` },
        signal: options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]),
      })
    } catch (error) {
      options.signal?.throwIfAborted()
      throw new TalosImageError({
        code: 'network',
        message: `no answer from ${url}: ${deadline.aborted ? 'it took too long' : fetchFailureReason(error)}`,
        hint: 'check the URL and the network',
        at: options.at,
      })
    }
  }

  const response = await get(0, HEAD_BYTES)
  if (response.status === 416) return fail('is empty', 'name a disk image')
  if (!response.ok) {
    await response.body?.cancel()
    return fail(
      `answers ${response.status} ${response.statusText}`.trim(),
      'check the URL: version, schematic ID and file name',
    )
  }
  const ranges = response.status === 206
  const sizeBytes = totalBytes(response)
  const head = await readUpTo(response, HEAD_BYTES)
  if (head.length === 0) return fail('is empty', 'name a disk image')
  const compression = detectCompression(head)
  if ((await looksLikeDisk(compression, head)) === false) {
    return fail('is not a disk image: it has no boot sector', 'name a raw disk, or one packed with zstd, xz or gzip')
  }
  const read = async (offset: number, length: number): Promise<Uint8Array> =>
    offset + length <= head.length
      ? head.subarray(offset, offset + length)
      : readUpTo(await get(offset, length), length)
  const readable = sizeBytes !== undefined && (ranges || compression !== 'xz')
  return {
    compression,
    transferBytes: sizeBytes,
    rawBytes: readable ? await unpackedBytes(compression, { sizeBytes, read }) : undefined,
  }
}

function totalBytes(response: Response): number | undefined {
  const total =
    response.status === 206
      ? response.headers.get('content-range')?.split('/')[1]
      : (response.headers.get('content-length') ?? undefined)
  return total !== undefined && /^\d+$/.test(total) ? Number(total) : undefined
}

/** Reads no more than is needed: a server that ignores ranges sends the whole disk. */
async function readUpTo(response: Response, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most)
}
