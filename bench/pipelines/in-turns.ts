/** Measuring several ways of doing the same. */

import { formatSeconds, median } from '../bench.ts'

/** What one time took, in milliseconds. */
export interface Sample {
  /** From the beginning to the end. */
  readonly ms: number
  /** Of all processors together. */
  readonly processorMs: number
}

export interface Way {
  readonly name: string
  measure(): Promise<Sample>
}

/** What a way takes: the medians in milliseconds, and all of it as cells of a table. */
export interface Timing extends Sample {
  readonly seconds: string
  readonly range: string
  readonly processorSeconds: string
}

export interface Timed<W extends Way> {
  readonly way: W
  readonly timing: Timing
}

/** Each way so many times, in turns, so that whatever else the computer does meets them all. */
export async function inTurns<W extends Way>(
  ways: readonly W[],
  rounds: number,
  say: (text: string) => void,
): Promise<readonly Timed<W>[]> {
  const measured = ways.map((way) => ({ way, samples: [] as Sample[] }))
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`)
    for (const { way, samples } of measured) samples.push(await way.measure())
  }
  return measured.map(({ way, samples }) => ({ way, timing: toTiming(samples) }))
}

function toTiming(samples: readonly Sample[]): Timing {
  const times = samples.map((sample) => sample.ms)
  const ms = median(times)
  const processorMs = median(samples.map((sample) => sample.processorMs))
  return {
    ...{ ms, processorMs, seconds: formatSeconds(ms), processorSeconds: formatSeconds(processorMs) },
    range: `${formatSeconds(Math.min(...times))} to ${formatSeconds(Math.max(...times))}`,
  }
}

/** The script, which also prints what time of processors it took, for `readProcessorMs`. */
export const withTimes = (script: string): string => `(${script}\n)\nstatus=$?\ntimes\nexit $status\n`

/** What `times` says at the end: a line `0m1.234s 0m5.678s` (user, system) of the shell itself, and one of its children. */
export function readProcessorMs(stdout: string): number {
  const [, ...numbers] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(stdout) ?? []
  const [userMinutes, userSeconds, systemMinutes, systemSeconds] = numbers.map(Number)
  if (userMinutes === undefined || userSeconds === undefined) return Number.NaN
  if (systemMinutes === undefined || systemSeconds === undefined) return Number.NaN
  return ((userMinutes + systemMinutes) * 60 + userSeconds + systemSeconds) * 1000
}
