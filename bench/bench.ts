/** What a benchmark is, and what it tells. */

/** One table of figures, measured side by side in one run. */
export interface Table {
  readonly title: string
  /** What stands above the table: how it was measured. */
  readonly text?: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What was hoped for, and what came of it. */
export interface Goal {
  /** Such as "one image, compared with Packer". */
  readonly what: string
  /** Such as "at most 0.25 x". */
  readonly goal: string
  readonly measured: string
  readonly holds: boolean
  /** Why it does not hold. */
  readonly why?: string
}

export interface Section {
  readonly tables: readonly Table[]
  readonly goals: readonly Goal[]
}

export interface Programs {
  readonly uploadImage: string | undefined
}

export interface Benchmark {
  /** On the command line: `npm run bench -- requests`. */
  readonly name: string
  readonly title: string
  /**
   * Measures.
   * @param say reports the progress
   * @param programs paths of programs that are measured when they are there
   */
  run(say: (text: string) => void, programs: Programs): Promise<Section>
}

/** A goal that a ratio has to reach. */
export function ratioGoal(what: string, ratio: number, atMost: number, why?: string): Goal {
  const holds = ratio <= atMost
  const goal = `at most ${atMost} x`
  const measured = `${ratio.toFixed(2)} x`
  return holds || why === undefined ? { what, goal, measured, holds } : { what, goal, measured, holds, why }
}

/** The one in the middle; of an even number the mean of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

export const formatSeconds = (ms: number): string => {
  const seconds = ms / 1000
  if (seconds < 1) return `${seconds.toFixed(3)} s`
  return `${seconds.toFixed(seconds < 100 ? 1 : 0)} s`
}

export const formatMib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(bytes < 10 << 20 ? 1 : 0)} MiB`
