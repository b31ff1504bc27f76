/** The Image Factory client: a few plain HTTP requests, retried when the Factory has a bad moment. */

import pRetry from 'p-retry'
import * as v from 'valibot'
import { TalosImageError } from '../errors.ts'
import { fetchFailureReason } from '../util/fetch-failure.ts'
import { FACTORY_URL } from './asset.ts'

export interface FactoryClientOptions {
  readonly url?: string
  readonly userAgent?: string
  /** How long one request may take; making an asset can need a minute and more. Milliseconds. */
  readonly timeoutMs?: number
  readonly retries?: number
  readonly firstPauseMs?: number
}

/** What the Factory answered about an asset. */
export interface AssetAnswer {
  readonly status: number
  /** Bytes to download; undefined when the Factory did not say. */
  readonly sizeBytes: number | undefined
  /** The Factory's own words when it is not there. */
  readonly message: string
}

export interface FactoryClient {
  /** Without a slash at the end. */
  readonly url: string
  /** Submits a schematic; gives the ID and the text that the Factory made of it. */
  submitSchematic(text: string, signal?: AbortSignal): Promise<{ id: string; schematic: string | undefined }>
  /** All Talos versions that it can build. */
  versions(signal?: AbortSignal): Promise<string[]>
  /** The names of the official extensions of a version. */
  extensions(talosVersion: string, signal?: AbortSignal): Promise<string[]>
  /** Asks for an asset without downloading it, which makes the Factory make it. */
  probe(url: string, signal?: AbortSignal): Promise<AssetAnswer>
}

/** The Factory did not do what was asked. */
export class FactoryFailure extends TalosImageError {
  readonly status: number

  constructor(status: number, what: string, text: string, requestId: string | null) {
    super({
      code: 'factory',
      message: `the Image Factory answered ${status} to ${what}: ${text === '' ? 'no reason given' : text}${requestId === null ? '' : ` (request ${requestId})`}`,
      hint: status >= 500 ? 'a fault on the side of the Image Factory: try again later' : undefined,
    })
    this.status = status
  }
}

/** Longest error text that is worth showing. */
const LONGEST_TEXT = 500

/** A client of the Image Factory at `options.url`. */
export function createFactoryClient(options: FactoryClientOptions = {}): FactoryClient {
  const url = (options.url ?? FACTORY_URL).replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? 300_000

  async function once(
    method: string,
    target: string,
    signal: AbortSignal | undefined,
    body?: string,
  ): Promise<Response> {
    const deadline = AbortSignal.timeout(timeoutMs)
    try {
      return await fetch(target, {
        method,
        headers: {
          'user-agent': options.userAgent ?? 'talos-image',
          ...(body === undefined ? {} : { 'content-type': 'application/yaml' }),
        },
        body: body ?? null,
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      })
    } catch (error) {
      signal?.throwIfAborted()
      const why = deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : fetchFailureReason(error)
      throw new TalosImageError({
        code: 'network',
        message: `no answer to ${method} ${target}: ${why}`,
        hint: 'check the network, and --factory-url if you set it',
      })
    }
  }

  /** Everything here can be repeated without harm; an answer that a repetition will not change is given back. */
  async function request(method: string, target: string, signal?: AbortSignal, body?: string): Promise<Response> {
    const attempt = async (): Promise<Response> => {
      const response = await once(method, target, signal, body)
      if (response.status < 500 && response.status !== 429) return response
      throw new FactoryFailure(response.status, `${method} ${target}`, await shortText(response), requestId(response))
    }
    return pRetry(attempt, {
      retries: options.retries ?? 3,
      minTimeout: options.firstPauseMs ?? 1000,
      factor: 2,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) =>
        error instanceof FactoryFailure || (error instanceof TalosImageError && error.code === 'network'),
    })
  }

  async function getJson<Schema extends v.GenericSchema>(
    path: string,
    schema: Schema,
    signal?: AbortSignal,
  ): Promise<v.InferOutput<Schema>> {
    return readJson(await request('GET', url + path, signal), `GET ${url}${path}`, schema)
  }

  return {
    url,
    async submitSchematic(text, signal) {
      const response = await request('POST', `${url}/schematics`, signal, text)
      const answer = await readJson(response, `POST ${url}/schematics`, SubmitAnswer)
      return { id: answer.id, schematic: answer.schematic }
    },
    versions: (signal) => getJson('/versions', v.array(v.string()), signal),
    async extensions(talosVersion, signal) {
      const path = `/version/${encodeURIComponent(talosVersion)}/extensions/official`
      return (await getJson(path, Extensions, signal)).map(({ name }) => name)
    },
    async probe(target, signal) {
      try {
        const response = await request('HEAD', target, signal)
        const length = response.headers.get('content-length')
        const message = response.ok ? '' : `${response.status} ${response.statusText}`
        return {
          status: response.status,
          sizeBytes: response.ok && length !== null ? Number(length) : undefined,
          message,
        }
      } catch (error) {
        if (!(error instanceof FactoryFailure)) throw error
        // A HEAD has no body, and the reason stands in the body.
        const reason = await reasonFor(target, signal)
        return { status: error.status, sizeBytes: undefined, message: reason === '' ? error.message : reason }
      }
    },
  }

  async function reasonFor(target: string, signal: AbortSignal | undefined): Promise<string> {
    const response = await once('GET', target, signal)
    if (!response.ok) return `${response.status} ${await shortText(response)}`
    await response.body?.cancel()
    return ''
  }
}

const SubmitAnswer = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is not a schematic ID')),
  schematic: v.optional(v.string()),
})

const Extensions = v.array(v.object({ name: v.string() }))

async function readJson<Schema extends v.GenericSchema>(
  response: Response,
  what: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  if (!response.ok) throw new FactoryFailure(response.status, what, await shortText(response), requestId(response))
  const parsed = v.safeParse(schema, await response.json().catch(() => undefined))
  if (parsed.success) return parsed.output
  throw new FactoryFailure(response.status, what, 'something that is not of the documented form', requestId(response))
}

async function shortText(response: Response): Promise<string> {
  const text = (await response.text().catch(() => '')).trim()
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}...` : text
}

const requestId = (response: Response): string | null => response.headers.get('x-request-id')
