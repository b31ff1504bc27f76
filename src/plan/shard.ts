/** Shards: the images of one request in parts, for computers that build one part each. */

/** One of the parts. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number
  /** How many parts there are. */
  readonly count: number
}

/**
 * What belongs to a shard. Each thing is in exactly one of them, and their sizes differ by one at most. They follow from the order
 * alone, so computers that are asked the same need not talk to each other; neighbours, which may share a schematic, stay together.
 */
export function takeShard<T>(all: readonly T[], { index, count }: Shard): readonly T[] {
  const least = Math.floor(all.length / count)
  const end = (part: number): number => least * part + Math.min(part, all.length % count)
  return all.slice(end(index - 1), end(index))
}

/** `1/8`, as it is written and shown. */
export const formatShard = ({ index, count }: Shard): string => `${index}/${count}`

/**
 * The shard that stands in a text, whether or not there can be such a one; undefined when none does.
 * @internal
 */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? []
  return count === undefined ? undefined : { index: Number(index), count: Number(count) }
}
