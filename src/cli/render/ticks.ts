/** Marks on an axis of time. */

/** Seconds that a clock has marks for. */
const DISTANCES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400] as const
const MOST_TICKS = 6

/** How far apart the marks of a run of so many seconds are, so that there are only a few. In seconds. */
export function tickDistance(seconds: number): number {
  return DISTANCES.find((one) => seconds / one < MOST_TICKS) ?? Math.ceil(seconds / MOST_TICKS)
}
