/** Tells a debug log of every request that is really sent. */

import { type Trace, traced } from '../../util/trace.ts'
import type { Send } from './transport.ts'

/** The token is in no request as it passes here; passwords in answers are for the log to hide. */
export function traceRequests(trace: Trace): (next: Send) => Send {
  return (next) => (request) => {
    const { method, path, query, body } = request
    return traced(
      trace,
      'api',
      { method, path, query, body },
      () => next(request),
      ({ status, headers, body: answer }) => ({
        status,
        remaining: headers.get('ratelimit-remaining'),
        correlation: headers.get('x-correlation-id'),
        answer,
      }),
    )
  }
}
