import { expect, test } from 'vitest'
import { createManualClock } from '../../../packages/hcloud-sandbox/test/cloud/manual-clock.ts'
import { failOnErrors } from '../../../src/hetzner/transport/api-failure.ts'
import { respectRateLimit } from '../../../src/hetzner/transport/rate-limit.ts'
import { mayHaveTakenEffect, retryFaults } from '../../../src/hetzner/transport/retry.ts'
import { failureOf } from '../util/failure.ts'
import { FAST } from './fixture.ts'

test('a creation whose answer was lost stays in doubt when it is aborted while it waits for the rate limit', async () => {
  const clock = createManualClock()
  const stop = new AbortController()
  let sent = 0
  const lost = async () => {
    sent += 1
    const headers = new Headers({ 'RateLimit-Limit': '3600', 'RateLimit-Remaining': '0' })
    return { status: 504, headers, body: undefined }
  }
  const send = retryFaults(FAST)(failOnErrors(respectRateLimit(clock)(lost)))
  const { signal } = stop
  const creation = send({ method: 'POST', path: '/servers', repeatable: true, mustFinish: true, signal })
  const failure = failureOf(creation)
  await clock.asleep()
  stop.abort(new Error('stop it'))
  const error = await failure
  expect([sent, mayHaveTakenEffect(error), error.message]).toEqual([1, true, expect.stringContaining('504')])
  expect(mayHaveTakenEffect(signal.reason)).toBe(false)
})
