/** A signal with a deadline. */

/** Aborts when the signal does, with its reason, or when the time is over. Dispose of it to clear its timer. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
  /** Whether the time was over before the signal aborted. */
  readonly expired: boolean
}

/**
 * Starts a deadline. Unlike `AbortSignal.any`, it keeps a reference to its source: Node.js 20 may collect a source of
 * `any` that nothing else refers to, and the result then never aborts.
 * @param timeoutMs milliseconds
 */
export function startDeadline(signal: AbortSignal | undefined, timeoutMs: number): Deadline {
  const controller = new AbortController()
  let expired = false
  const onAbort = (): void => end(signal?.reason)
  const timer = setTimeout(() => {
    expired = true
    end(new DOMException('the time is over', 'TimeoutError'))
  }, timeoutMs)
  function stop(): void {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
  function end(reason: unknown): void {
    stop()
    controller.abort(reason)
  }
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    get expired() {
      return expired
    },
    [Symbol.dispose]: stop,
  }
}
