/** What happens underneath, for a debug log. Secrets may be in it: whoever writes it down redacts it. */

/** The kinds of things that are told: a request to the API or to a Factory, an SSH connection, a command over it, a word of Packer's. */
export type TraceKind = 'api' | 'factory' | 'ssh' | 'command' | 'event' | 'packer'

/** Is told of each thing when it has happened; `ms` in the details is how long it took. */
export type Trace = (kind: TraceKind, details: Readonly<Record<string, unknown>>) => void

/** For those who do not want to know. */
export const NO_TRACE: Trace = () => {}

/** Runs the work and tells of it: what it gave, as `describe` says, or its error. */
export async function traced<T>(
  trace: Trace,
  kind: TraceKind,
  details: Readonly<Record<string, unknown>>,
  work: () => Promise<T>,
  describe: (result: T) => Readonly<Record<string, unknown>>,
): Promise<T> {
  const began = performance.now()
  const ms = (): number => Math.round(performance.now() - began)
  let result: T
  try {
    result = await work()
  } catch (error) {
    trace(kind, { ...details, ms: ms(), error: error instanceof Error ? error.message : String(error) })
    throw error
  }
  trace(kind, { ...details, ms: ms(), ...describe(result) })
  return result
}
