/** Calling code of others, such as listeners, without being stopped by it. */

/** The same function, whose errors are ignored: a listener that throws must not stop a clean-up. */
export function ignoreErrors<Args extends readonly unknown[]>(
  listener: (...args: Args) => void,
): (...args: Args) => void {
  return (...args) => {
    try {
      listener(...args)
    } catch {
      // See above.
    }
  }
}
