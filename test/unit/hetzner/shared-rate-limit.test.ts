/** Shards that run side by side in one project, which has one rate limit: what each sees of it is all that they know of each other. */

import { expect, test } from 'vitest'
import { createRateLimiter } from '../../../packages/hcloud-sandbox/src/cloud/rate-limit.ts'
import { createManualClock } from '../../../packages/hcloud-sandbox/test/cloud/manual-clock.ts'
import { respectRateLimit } from '../../../src/hetzner/transport/rate-limit.ts'
import type { Send } from '../../../src/hetzner/transport/transport.ts'

/** As the cloud's answers take. */
const ANSWER_MS = 100
const AT_ONCE = 5
const EACH = 30
/** How long the first requests take, before which no shard knows what is left. */
const FIRST_MS = 1000

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Lets shards send requests until all are done, and tells when each refusal was, and how often the unluckiest request met one. */
async function run(shards: number, left: number) {
  const clock = createManualClock()
  const limiter = createRateLimiter(clock, { limit: 3600, perSecond: 1 })
  for (let used = 3600; used > left; used--) limiter.take('project')
  const started = clock.now()
  const refusals: number[] = []
  let mostTries = 0
  const request = async (send: Send): Promise<void> => {
    for (let tries = 1; ; tries++) {
      mostTries = Math.max(mostTries, tries)
      const { status } = await send({ method: 'GET', path: '/' })
      if (status === 200) return
      refusals.push(clock.now() - started)
    }
  }
  const cloud: Send = async () => {
    const { allowed, limit, remaining } = limiter.take('project')
    await clock.sleep(ANSWER_MS)
    const headers = new Headers({ 'RateLimit-Limit': String(limit), 'RateLimit-Remaining': String(remaining) })
    return { status: allowed ? 200 : 429, headers, body: undefined }
  }
  const work = async (send: Send): Promise<void> => {
    for (let count = 0; count < EACH; count++) await request(send)
  }
  let isOver = false
  const all = Promise.all(
    Array.from({ length: shards }, () => respectRateLimit(clock)(cloud)).flatMap((send) =>
      Array.from({ length: AT_ONCE }, () => work(send)),
    ),
  ).then(() => {
    isOver = true
  })
  while (!isOver) {
    await turn()
    clock.advance(50)
  }
  await all
  return { refusals, mostTries, seconds: (clock.now() - started) / 1000 }
}

test.each([
  [8, 3600],
  [8, 40],
  [8, 0],
  [16, 25],
])(
  '%i shards are not refused in a project that has %i requests left, once each knows how few that are',
  async (shards, left) => {
    const { refusals, mostTries, seconds } = await run(shards, left)
    expect(refusals.filter((at) => at > FIRST_MS)).toEqual([])
    // A request is tried again five times.
    expect(mostTries).toBeLessThanOrEqual(2)
    // They use what is refilled, one a second.
    const needed = shards * AT_ONCE * EACH - left
    if (needed > 0) expect(seconds).toBeLessThan(needed + 60)
  },
)
