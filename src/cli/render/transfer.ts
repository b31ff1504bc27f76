/** How far a transfer is, how fast, and how long it will take: pure arithmetic over what was reported. */

/** How many bytes there were at a time, in milliseconds. */
export interface Sample {
  readonly atMs: number
  readonly bytes: number
}

export interface Transfer {
  readonly bytes: number
  /** undefined when it is not known. */
  readonly totalBytes: number | undefined
  /** Whole ones, 100 only at the end; undefined without a total. */
  readonly percent: number | undefined
  /** Bytes a second over the last few seconds; undefined as long as too little is known. */
  readonly speed: number | undefined
  readonly leftMs: number | undefined
}

/** How far back the speed looks. */
const WINDOW_MS = 10_000
/** Over less than this, a speed would be noise. */
const LEAST_MS = 900
/** Reports come once a second. After this long without one, the transfer has stalled, and its speed falls. */
const PATIENCE_MS = 3000

/** The samples with another one, without those that are too old to matter. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1)
  // Fewer bytes than before: it has begun anew.
  const before = last !== undefined && last.bytes > sample.bytes ? [] : samples
  return [...before.filter(({ atMs }) => sample.atMs - atMs <= WINDOW_MS), sample]
}

/** What the samples tell at a time; undefined as long as there are none. */
export function measureTransfer(
  samples: readonly Sample[],
  totalBytes: number | undefined,
  nowMs: number,
): Transfer | undefined {
  const [first] = samples
  const last = samples.at(-1)
  if (first === undefined || last === undefined) return undefined
  const total = totalBytes === undefined || totalBytes <= 0 ? undefined : totalBytes
  // Multiplied first: 0.58 * 100 is less than 58.
  const percent = total === undefined ? undefined : Math.min(100, Math.floor((last.bytes * 100) / total))
  const isComplete = percent === 100
  const overMs = Math.max(last.atMs, nowMs - PATIENCE_MS) - first.atMs
  const speed = overMs < LEAST_MS || isComplete ? undefined : ((last.bytes - first.bytes) / overMs) * 1000
  const leftMs =
    total === undefined || speed === undefined || speed <= 0 ? undefined : ((total - last.bytes) / speed) * 1000
  return { bytes: last.bytes, totalBytes: total, percent, speed, leftMs }
}
