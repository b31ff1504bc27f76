/** The time as the API tells it: that of this computer may be wrong, or may have jumped, and leases are for other computers. */

import type { Clock } from '../../util/clock.ts'
import type { Send } from './transport.ts'

/** The header has whole seconds, rounded down. */
const HALF_SECOND_MS = 500

export function followCloudTime(clock: Clock) {
  let aheadMs = 0
  return {
    /** Milliseconds since the epoch; this computer's until the first response. */
    now: (): number => clock.now() + aheadMs,
    /** Reads the time from each response. */
    follow(next: Send): Send {
      return async (request) => {
        const response = await next(request)
        const theirs = Date.parse(response.headers.get('date') ?? '')
        if (!Number.isNaN(theirs)) aheadMs = theirs + HALF_SECOND_MS - clock.now()
        return response
      }
    },
  }
}
