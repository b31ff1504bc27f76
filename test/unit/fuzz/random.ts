/** Chance that can be repeated, and the loop that fuzz tests run in. */

export interface Random {
  /** A whole number from 0 up to, but not including, `end`. */
  below(end: number): number
  /** True with this probability, from 0 to 1. */
  chance(probability: number): boolean
  /** One of the items. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item
}

/** The same numbers for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number): number => Math.floor(next() * end)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: ([first, ...rest]) => rest[below(rest.length + 1) - 1] ?? first,
  }
}

/** One of the items of a list that may be empty. */
export function pickAny<Item>(random: Random, items: readonly Item[]): Item | undefined {
  return items[random.below(items.length)]
}

/** FUZZ_SEED=123 repeats one case; FUZZ_ROUNDS=50 tries fifty times as many. */
const { FUZZ_SEED, FUZZ_ROUNDS = '1' } = process.env
const FIRST_SEED = 20_260_801
/** No single case takes longer, however busy the computer is. */
const DEADLINE_MS = 20_000

/**
 * Tries `count` cases, each with a seed of its own, which an error names.
 * @throws Error with the seed when a case throws, or does not come to its end
 */
export async function fuzz(count: number, tryOne: (random: Random) => Promise<void> | void): Promise<void> {
  const seeds =
    FUZZ_SEED === undefined
      ? Array.from({ length: count * Number(FUZZ_ROUNDS) }, (_, index) => FIRST_SEED + index)
      : [Number(FUZZ_SEED)]
  for (const seed of seeds) {
    try {
      await withinTime(tryOne(createRandom(seed)))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`FUZZ_SEED=${seed}: ${why.slice(0, 4000)}`, { cause: error })
    }
  }
}

async function withinTime(work: Promise<void> | void): Promise<void> {
  if (work === undefined) return
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), DEADLINE_MS)
  })
  try {
    await Promise.race([work, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
