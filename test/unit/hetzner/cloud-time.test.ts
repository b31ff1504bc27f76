import { expect, test } from 'vitest'
import { followCloudTime } from '../../../src/hetzner/transport/cloud-time.ts'
import { systemClock } from '../../../src/util/clock.ts'

/** What a response with this header leads to, an hour behind the API. */
async function nowAfter(...dates: (string | null)[]): Promise<number> {
  const time = followCloudTime({ ...systemClock, now: () => Date.parse('2026-11-29T10:00:00Z') })
  for (const date of dates) {
    const headers = new Headers(date === null ? {} : { date })
    await time.follow(async () => ({ status: 200, headers, body: undefined }))({ method: 'GET', path: '/' })
  }
  return time.now()
}

test("the time is the API's, as far as it tells it, however wrong this computer's is", async () => {
  expect(new Date(await nowAfter()).toISOString()).toBe('2026-11-29T10:00:00.000Z')
  expect(new Date(await nowAfter('Sun, 29 Nov 2026 11:00:00 GMT')).toISOString()).toBe('2026-11-29T11:00:00.500Z')
  expect(new Date(await nowAfter('Sun, 29 Nov 2026 11:00:00 GMT', null, 'soon')).getUTCHours()).toBe(11)
})
