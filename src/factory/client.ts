/** The Image Factory client. */

import * as v from 'valibot'
import { TalosImageError } from '../errors.ts'
import type { Fetch } from '../util/fetch.ts'
import type { Proxies } from '../util/proxies.ts'
import { registerSecret } from '../util/redact.ts'
import { NO_TRACE, type Trace } from '../util/trace.ts'
import { accessFor, createFactoryFetch, type DownloadLogin, type FactoryAccess, findLoginFault } from './access.ts'
import { FACTORY_URL } from './asset.ts'
import {
  FactoryFailure,
  type FactoryRequest,
  retryFaults,
  sendToFactory,
  tellDelays,
  toReason,
  traceRequests,
} from './transport.ts'

/** How to reach an Image Factory. */
export interface FactoryClientOptions extends FactoryAccess {
  /** Its URL; the public one, https://factory.talos.dev, by default. */
  readonly url?: string | undefined
  /** The URL of the Factory that it emulates: the sandbox's emulates the public one. */
  readonly publicUrl?: string | undefined
  /** The `User-Agent` of requests from this computer; `talos-image/VERSION (+URL)` by default. */
  readonly userAgent?: string | undefined
  /** The timeout of a request for an asset, in milliseconds; 300 000 by default, since making an asset can take minutes. */
  readonly timeoutMs?: number | undefined
  /** The most retries of a request; 3 by default. */
  readonly retries?: number | undefined
  /** The pause before the first retry, in milliseconds, doubled for each further one; 1000 by default. */
  readonly firstPauseMs?: number | undefined
  /** Proxies for requests, see {@link findProxies}; none by default. */
  readonly proxies?: Proxies | undefined
  /**
   * Certificate authorities that this computer trusts in addition to `ca`, in PEM.
   * @internal
   */
  readonly extraCa?: string | undefined
  /** The timeout of one request for a list or a schematic, in milliseconds; 10 000 by default. */
  readonly listTimeoutMs?: number | undefined
  /** Is told what is waited for, when it takes long. */
  readonly onDelay?: ((text: string) => void) | undefined
  /**
   * After how many milliseconds that is; 3000 by default.
   * @internal
   */
  readonly delayMs?: number | undefined
  /** @internal */
  readonly trace?: Trace
}

/** The Factory's response about an asset. */
export interface AssetAnswer {
  readonly status: number
  /** Bytes to download; undefined when the Factory does not say. */
  readonly sizeBytes: number | undefined
  /** The status and the Factory's message when there is no such asset; else empty. */
  readonly message: string
}

/** An official extension. */
export interface ExtensionRecord {
  /** `siderolabs/iscsi-tools` */
  readonly name: string
  /** Empty when the Factory has none. */
  readonly description: string
}

/**
 * What a server needs to download from the Factory.
 * @internal
 */
export interface DownloadAccess {
  readonly ca?: string | undefined
  readonly login?: DownloadLogin | undefined
}

/** A client of an Image Factory. Its functions throw TalosImageError `factory` or `network` when a request fails. */
export interface FactoryClient {
  /** Its URL, without a trailing slash. */
  readonly url: string
  /** The URL in installer references and identities. */
  readonly publicUrl: string
  /** Submits a schematic. @returns its ID and the text that the Factory stored */
  submitSchematic(text: string, signal?: AbortSignal): Promise<{ id: string; schematic: string | undefined }>
  /**
   * The text of a submitted schematic, in YAML, as the Factory stored it.
   * @throws TalosImageError `factory` when the Factory has none with this ID
   */
  readSchematic(id: string, signal?: AbortSignal): Promise<string>
  /** All Talos versions that it has. */
  versions(signal?: AbortSignal): Promise<string[]>
  /** The names of the official extensions of a version. */
  extensions(talosVersion: string, signal?: AbortSignal): Promise<string[]>
  /** The official extensions of a version with their descriptions. */
  describeExtensions(talosVersion: string, signal?: AbortSignal): Promise<ExtensionRecord[]>
  /** Asks for an asset without downloading it. The Factory builds the asset if it has not yet. */
  probe(url: string, signal?: AbortSignal): Promise<AssetAnswer>
  /**
   * Sends a request to any URL, with the login when it is the Factory's.
   * @internal
   */
  readonly fetch: Fetch
  /**
   * What a server needs to download from `url`. Instead of the login it is given a token for downloads, where the Factory issues
   * them, as an Enterprise Factory does.
   * @internal
   */
  accessFor(url: string, signal?: AbortSignal): Promise<DownloadAccess>
}

/**
 * Creates a client of the Image Factory at `options.url`. It sends no request yet, and does not need to be closed.
 * @throws TalosImageError `usage` for a login that cannot be sent, or that others could read
 */
export function createFactoryClient(options: FactoryClientOptions = {}): FactoryClient {
  const base = (options.url ?? FACTORY_URL).replace(/\/+$/, '')
  const { ca, login } = options
  const fault = login && findLoginFault(login, base)
  if (fault !== undefined) {
    throw new TalosImageError({
      code: 'usage',
      message: `the login of the Image Factory: ${fault.message}`,
      hint: fault.hint,
    })
  }
  const fetch = createFactoryFetch(base, options)
  const transport = {
    fetch,
    timeoutMs: options.timeoutMs ?? 300_000,
    retries: options.retries ?? 3,
    firstPauseMs: options.firstPauseMs ?? 1000,
  }
  const sendOnce = traceRequests(sendToFactory(transport), options.trace ?? NO_TRACE)
  const send = tellDelays(retryFaults(sendOnce, transport), options.onDelay ?? (() => {}), options.delayMs ?? 3000)
  const timeoutMs = Math.min(options.listTimeoutMs ?? 10_000, transport.timeoutMs)

  async function call<Schema extends v.GenericSchema>(
    request: FactoryRequest,
    schema: Schema,
  ): Promise<v.InferOutput<Schema>> {
    const answer = await send(request)
    if (!answer.ok) throw new FactoryFailure(request, answer)
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), answer.text)
    if (parsed.success) return parsed.output
    throw new FactoryFailure(request, answer, 'something that is not of the documented form')
  }

  /** The reason of a failed HEAD, which has no body, from a GET. */
  async function reasonFor(url: string, status: number, signal: AbortSignal | undefined): Promise<string> {
    try {
      const answer = await sendOnce({ method: 'GET', url, signal, onlyReason: true })
      if (!answer.ok) return `${answer.status} ${toReason(answer)}`
    } catch (error) {
      if (!(error instanceof TalosImageError) || error.code !== 'network') throw error
    }
    return `${status} without a reason`
  }

  /** undefined: the Factory issues none, or not for this login. Source: Image Factory, docs/api.md. */
  async function requestDownloadToken(signal: AbortSignal | undefined): Promise<string | undefined> {
    try {
      const request = { method: 'POST', url: `${base}/download-token`, signal, timeoutMs } as const
      const { access_token: token } = await call(request, DownloadToken)
      registerSecret(token)
      return token
    } catch (error) {
      if (error instanceof FactoryFailure && [402, 403, 404, 405].includes(error.status)) return undefined
      throw error
    }
  }

  function describeExtensions(talosVersion: string, signal?: AbortSignal): Promise<ExtensionRecord[]> {
    const url = `${base}/version/${encodeURIComponent(talosVersion)}/extensions/official`
    return call({ method: 'GET', url, signal, timeoutMs }, Extensions)
  }

  return {
    url: base,
    publicUrl: options.publicUrl ?? base,
    fetch,
    async accessFor(url, signal) {
      const access = accessFor(base, { ca, login }, url)
      if (access.login === undefined || !url.startsWith(`${base}/image/`)) return access
      const downloadToken = await requestDownloadToken(signal)
      return downloadToken === undefined ? access : { ...access, login: { downloadToken } }
    },
    async submitSchematic(text, signal) {
      const request = { method: 'POST', url: `${base}/schematics`, body: text, signal, timeoutMs } as const
      const { id, schematic } = await call(request, SubmitAnswer)
      return { id, schematic }
    },
    async readSchematic(id, signal) {
      const request = { method: 'GET', url: `${base}/schematics/${encodeURIComponent(id)}`, signal, timeoutMs } as const
      const answer = await send(request)
      if (!answer.ok) throw new FactoryFailure(request, answer)
      return answer.text
    },
    versions: (signal) => call({ method: 'GET', url: `${base}/versions`, signal, timeoutMs }, v.array(v.string())),
    extensions: async (talosVersion, signal) =>
      (await describeExtensions(talosVersion, signal)).map(({ name }) => name),
    describeExtensions,
    async probe(url, signal) {
      const refused = async (status: number): Promise<AssetAnswer> => {
        return { status, sizeBytes: undefined, message: await reasonFor(url, status, signal) }
      }
      try {
        const { ok, status, headers } = await send({ method: 'HEAD', url, signal })
        if (!ok) return refused(status)
        const length = headers.get('content-length')
        return { status, sizeBytes: length === null ? undefined : Number(length), message: '' }
      } catch (error) {
        if (!(error instanceof FactoryFailure)) throw error
        return refused(error.status)
      }
    },
  }
}

/** Longer than any text that redaction would have to leave alone; without anything that a URL or curl would read otherwise. */
const DownloadToken = v.object({ access_token: v.pipe(v.string(), v.regex(/^[\w.~-]{8,}$/, 'is not a token')) })

const SubmitAnswer = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is not a schematic ID')),
  schematic: v.optional(v.string()),
})

const Extensions = v.array(v.object({ name: v.string(), description: v.optional(v.string(), '') }))
