/** Measuring several ways of doing the same. */

export interface Way {
  readonly name: string
  /** Does it once, and gives the milliseconds that it took. */
  measure(): Promise<number>
}

/**
 * Each way so many times, in turns, so that whatever else the computer does meets them all.
 * @returns the milliseconds of each way, in the order of the ways
 */
export async function inTurns(
  ways: readonly Way[],
  rounds: number,
  say: (text: string) => void,
): Promise<readonly (readonly number[])[]> {
  const times = ways.map(() => [] as number[])
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`)
    for (const [index, way] of ways.entries()) times[index]?.push(await way.measure())
  }
  return times
}
