/** Sees every request that a sandbox answers. */

import type { AnsweredRequest, SandboxOptions } from './options.ts'
import { isEverSent } from './state/faulty-answer.ts'

type Fetch = (request: Request) => Response | Promise<Response>

/** Counts the requests of each server, and tells of them when their answers begin. */
export function createRecorder(onRequest: SandboxOptions['onRequest'] = () => {}) {
  const requests = { cloud: 0, factory: 0 }
  const record = (server: AnsweredRequest['server'], fetch: Fetch) => async (request: Request) => {
    requests[server] += 1
    const began = performance.now()
    const response = await fetch(request)
    const { method, url } = request
    const { pathname: path, search } = new URL(url)
    const status = isEverSent(response) ? response.status : 0
    onRequest({ server, method, path, search, status, ms: performance.now() - began })
    return response
  }
  return { requests, record }
}
