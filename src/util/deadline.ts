/** A signal and a deadline in one. */

/** Aborts when the signal does, with its reason, or when the time is over. End it, so that its timer goes. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
  /** Whether the time was over first. */
  readonly expired: boolean
}

/**
 * Starts a deadline. Unlike `AbortSignal.any`, it holds what it listens to: Node.js 20 collects a source of `any` that
 * nothing else refers to, and such a deadline never comes.
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
