/** Looks at a disk image behind a URL by asking for its first and last bytes. */

import pRetry from 'p-retry'
import { COMPRESSION_TITLES, detectCompression } from '../compressions.ts'
import { type Origin, type Problem, TalosImageError } from '../errors.ts'
import { startDeadline } from '../util/deadline.ts'
import {
  explainNoAnswer,
  type Fetch,
  type HttpResponse,
  LastingFailure,
  networkErrorFor,
  proxyHint,
} from '../util/fetch.ts'
import { redact, withoutCredentials } from '../util/redact.ts'
import { HEAD_BYTES, looksLikeDisk, unpackedBytes } from './formats.ts'
import { describeCut, tableBytes } from './partition-table.ts'
import type { SourceFacts } from './source.ts'

/** Characters that no URL may hold as they are, or that a shell or a terminal would take for its own. */
const UNSAFE = /[\s\p{Cc}"'`\\<>{}|^$()]/u

/**
 * Checks the form of an image URL, without a request.
 * @returns what is wrong with it, or undefined
 */
export function checkImageUrl(url: string): { message: string; hint: string } | undefined {
  const unsafe = UNSAFE.exec(url)
  if (unsafe !== null) {
    return {
      message: `the image URL holds ${show(unsafe[0])}, which a URL cannot hold`,
      hint: 'remove it, or write it percent-encoded (a space is %20)',
    }
  }
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url) ?? []
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    return {
      message: `the image URL begins with ${scheme}://; only http and https can be downloaded`,
      hint: 'for a file on this computer use --image-file PATH',
    }
  }
  if (scheme === undefined || !URL.canParse(url)) {
    const isInstaller = /installer(-secureboot)?\/[0-9a-f]{64}$/.test(url)
    const hint = isInstaller
      ? 'an installer needs its version: add :v1.12.2'
      : 'write it as https://host/path/image.raw.zst'
    return { message: `"${withoutCredentials(url)}" is not a URL`, hint }
  }
  const { username, password } = new URL(url)
  if (username !== '' || password !== '') {
    // Not shown: it would end up in logs, and in the build server's list of processes.
    return {
      message: 'the image URL holds a user name or a password',
      hint: 'offer the image without them, or download it and use --image-file PATH',
    }
  }
  return undefined
}

/** A character in quotes; by its number when a terminal would obey it. */
function show(character: string): string {
  return /\p{Cc}/u.test(character)
    ? `"\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}"`
    : JSON.stringify(character)
}

/** A failure that another try may not meet. */
class PassingFailure extends TalosImageError {
  /** Whether there was no answer in time; such a request is repeated only once. */
  readonly isSlow: boolean

  constructor(problem: Problem, isSlow = false) {
    super(problem)
    this.isSlow = isSlow
  }
}

const RETRIES = 3
/** What is asked for is small, and the Factory has made it by then. */
const TIMEOUT_MS = 20_000
const FIRST_PAUSE_MS = 300

interface Part {
  readonly response: HttpResponse
  readonly bytes: Uint8Array
}

/**
 * Asks for the beginning and, where the format needs it, the end of an image.
 * @param at where the URL was given, for messages
 * @throws TalosImageError `source` when it is not there, empty, or not a disk; `network` when there is no answer
 */
export async function inspectUrl(
  url: string,
  options: {
    readonly at?: Origin | undefined
    readonly signal?: AbortSignal
    readonly timeoutMs?: number
    readonly firstPauseMs?: number
    /** Is told where the answer came from, after redirects. */
    readonly onFinalUrl?: (url: string) => void
    /** Node's own by default. */
    readonly fetch?: Fetch
  } = {},
): Promise<SourceFacts> {
  const send = options.fetch ?? fetch
  const fail = (message: string, hint: string): never => {
    throw new TalosImageError({ code: 'source', message: `${redact(url)} ${message}`, hint, at: options.at })
  }
  /** Asks again when there is no answer, or a fault of the server. */
  const get = (first: number, length: number): Promise<Part> =>
    pRetry(() => getOnce(first, length), {
      retries: RETRIES,
      minTimeout: options.firstPauseMs ?? FIRST_PAUSE_MS,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      shouldRetry: ({ error, attemptNumber }) =>
        error instanceof PassingFailure && (!error.isSlow || attemptNumber === 1),
    })
  /** Gives the answer's beginning, at most `length` bytes of it; nothing of an error's page. */
  const getOnce = async (first: number, length: number): Promise<Part> => {
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
    using deadline = startDeadline(options.signal, timeoutMs)
    try {
      const response = await send(url, {
        headers: { range: `bytes=${first}-${first + length - 1}` },
        signal: deadline.signal,
      })
      if (response.ok) return { response, bytes: await readUpTo(response, length) }
      await response.body?.cancel()
      if (response.status < 500 && response.status !== 429) return { response, bytes: new Uint8Array() }
      throw new PassingFailure({
        code: 'network',
        message: `${redact(url)} answers ${response.status} ${response.statusText}`.trim(),
        hint: 'a fault on the side of that server: try again later',
        at: options.at,
      })
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof PassingFailure) throw error
      const why = explainNoAnswer(send, url, { error, deadline, timeoutMs })
      const hint = /certificate/i.test(why)
        ? 'a proxy in between is made known with NODE_EXTRA_CA_CERTS=FILE; else download the image, and name it with --image-file'
        : (proxyHint(send, url) ?? 'check the URL and the network')
      const problem = {
        code: 'network',
        message: `no answer from ${redact(url)}: ${why}`,
        hint,
        at: options.at,
      } as const
      throw networkErrorFor(why) === LastingFailure
        ? new LastingFailure(problem)
        : new PassingFailure(problem, deadline.expired)
    }
  }

  /** Without its end the size of a disk is not known, which is no failure. */
  const getOrNothing = (first: number, length: number): Promise<Pick<Part, 'bytes'>> =>
    get(first, length).catch((error: unknown) => {
      if (error instanceof PassingFailure) return { bytes: new Uint8Array() }
      throw error
    })

  const { response, bytes: head } = await get(0, HEAD_BYTES)
  if (response.status === 416) return fail('is empty', 'name a disk image')
  if (!response.ok) {
    return fail(
      `answers ${response.status} ${response.statusText}`.trim(),
      response.status === 403
        ? 'a proxy, a firewall or a rule about the User-Agent may block it; some servers answer so for what they do not have, too'
        : 'check the URL: version, schematic ID and file name',
    )
  }
  if (url.startsWith('https:') && !response.url.startsWith('https:')) {
    return fail(
      `redirects to ${response.url}, without encryption`,
      'the build server would not follow: name another URL',
    )
  }
  options.onFinalUrl?.(response.url)
  const sizeBytes = totalBytes(response)
  if (head.length === 0) return fail('is empty', 'name a disk image')
  const compression = detectCompression(head)
  if ((await looksLikeDisk(compression, head)) === false) {
    return fail(
      'is not a disk image: it has no boot sector',
      `name a raw disk, or one packed with ${COMPRESSION_TITLES}`,
    )
  }
  const cut = compression === 'none' && sizeBytes !== undefined ? describeCut(sizeBytes, tableBytes(head)) : undefined
  if (cut !== undefined) return fail(cut, 'what is there is not whole: name another URL')
  const read = async (offset: number, length: number): Promise<Uint8Array> =>
    offset + length <= head.length || response.status !== 206
      ? head.subarray(offset, offset + length)
      : (await getOrNothing(offset, length)).bytes
  return {
    compression,
    transferBytes: sizeBytes,
    rawBytes: sizeBytes === undefined ? undefined : await unpackedBytes(compression, { sizeBytes, read }),
  }
}

function totalBytes(response: HttpResponse): number | undefined {
  const total =
    response.status === 206
      ? response.headers.get('content-range')?.split('/')[1]
      : (response.headers.get('content-length') ?? undefined)
  return total !== undefined && /^\d+$/.test(total) ? Number(total) : undefined
}

/** Reads no more than is needed: a server that ignores ranges sends the whole disk. */
async function readUpTo(response: HttpResponse, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most)
}
