/** Traces for a debug log. They may contain secrets: the writer of the log redacts them. */

/** What is traced: requests to the API and to the Factory, SSH connections, commands, looks for Talos, build events, output of Packer. */
export type TraceKind = 'api' | 'factory' | 'ssh' | 'command' | 'talos' | 'event' | 'packer'

/** Is called after each of them; `ms` in the details is how long it took, in milliseconds. */
export type Trace = (kind: TraceKind, details: Readonly<Record<string, unknown>>) => void

export const NO_TRACE: Trace = () => {}

/** Runs the work and traces it: its result, as `describe` tells it, or its error. */
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
