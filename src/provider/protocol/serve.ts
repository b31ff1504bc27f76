/** A provider as a process: from the handshake until its host needs it no more. */

import { once, setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { TalosImageError } from '../../errors.ts'
import type { Log, ProviderDefinition } from '../definition.ts'
import { createCalls } from './calls.ts'
import { formatHandshake, formatReattach, readHandshake } from './handshake.ts'
import { listenFor } from './listener.ts'
import { Message } from './message.ts'
import { createServer } from './server.ts'
import type { Calls, Session } from './session.ts'

export interface ServeOptions {
  readonly definition: ProviderDefinition
  /** The environment that the host has started it in. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** As Node.js names it. */
  readonly platform: string
  /** Gets the one line that the host waits for. Nothing else is written there. */
  readonly print: (line: string) => void
  readonly log: Log
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal
  /** Serves any host that is told where it is, without TLS, until it is told to end. */
  readonly debug?: { readonly source: string; readonly pid: number } | undefined
}

/**
 * How long clean-up may hold up a host that ends. Terraform has waited for it by then, unless its user has interrupted it twice,
 * and so has no more patience than this.
 */
const SHUTDOWN_MS = 10_000

/**
 * Serves the host that has started this process, until that says so, or is gone; what is under way is cleaned up before it ends.
 * @throws TalosImageError `usage` when the host does not speak this protocol
 */
export async function serveProvider(options: ServeOptions): Promise<void> {
  const { env, print, log, signal, debug } = options
  const handshake = readHandshake(debug === undefined ? env : {})
  const done = new AbortController()
  const { calls, finish } = startSession(options)
  const leave = (): void => void finish().finally(() => done.abort())
  const { server, close } = createServer({
    calls,
    async onShutdown() {
      if (debug !== undefined) return
      await Promise.race([finish(), setTimeout(SHUTDOWN_MS, undefined, { ref: false })])
      // After the answer.
      setImmediate(() => done.abort())
    },
    onLost: debug === undefined ? leave : () => undefined,
  })
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  await using listener = await listenFor(server, handshake, options.platform)
  print(`${debug === undefined ? formatHandshake(listener) : formatReattach(listener, debug)}\n`)
  log('debug', 'serving', { network: listener.network, address: listener.address })
  if (!done.signal.aborted) await once(done.signal, 'abort')
  await close()
}

/** The calls, and what ends them. */
function startSession({ definition, env, log }: ServeOptions): { readonly calls: Calls; finish(): Promise<void> } {
  const stop = new AbortController()
  // As many as there are resources at once, and not a leak.
  setMaxListeners(0, stop.signal)
  const session: Session = { signal: stop.signal, log, env, provider: undefined }
  const halt = (): void => stop.abort(new TalosImageError({ code: 'interrupted', message: 'interrupted' }))
  const underWay = new Set<Promise<unknown>>()
  const tracked = Object.entries(createCalls(definition, session)).map(([name, call]) => {
    const begin: typeof call = async (request) => {
      const work = call(request)
      underWay.add(work)
      return await work.finally(() => underWay.delete(work))
    }
    return [name, begin]
  })
  async function end(): Promise<void> {
    halt()
    await Promise.allSettled(underWay)
    if (session.provider !== undefined) await definition.close?.(session.provider)
  }
  let ending: Promise<void> | undefined
  return {
    calls: {
      ...Object.fromEntries(tracked),
      async StopProvider() {
        halt()
        return new Message()
      },
    },
    async finish() {
      ending ??= end().catch((error: unknown) =>
        log('error', 'the provider did not end well', { error: String(error) }),
      )
      await ending
    },
  }
}
