import { describe, expect, test } from 'vitest'
import { type Shard, takeShard } from '../../../src/plan/shard.ts'

/** All shards of a count. */
const shards = (count: number): Shard[] => Array.from({ length: count }, (_, at) => ({ index: at + 1, count }))

describe('shards', () => {
  test.each([
    [0, 3],
    [1, 1],
    [2, 5],
    [4, 3],
    [40, 8],
    [41, 8],
  ])('of %i images over %i hold each once, in their order, and differ by one at most', (length, count) => {
    const all = Array.from({ length }, (_, at) => `image ${at}`)
    const parts = shards(count).map((shard) => takeShard(all, shard))
    expect(parts.flat()).toEqual(all)
    const sizes = parts.map((part) => part.length)
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    // The first ones are those with one more.
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  })
})
