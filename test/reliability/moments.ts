/** The moments at which something can go wrong: every request of a build, recorded in one. */

import type { AnsweredRequest } from 'hcloud-sandbox'

/** The nth request of its kind in a build without faults. */
export interface Moment {
  readonly server: 'api' | 'factory'
  readonly method: string
  /** As rules of faults have it: `*` for IDs. */
  readonly path: string
  /** Counts from 0. */
  readonly nth: number
}

/** What all moments of a kind have in common, as rules have it: `api GET /actions`. */
export const routeOf = ({ server, method, path }: Omit<Moment, 'nth'>): string => `${server} ${method} ${path}`

/** The moments of a recorded build. How often actions are polled is a matter of luck; that stays out. */
export function toMoments(requests: readonly AnsweredRequest[]): Moment[] {
  const counts = new Map<string, number>()
  return requests.flatMap((request) => {
    const { method } = request
    const server = request.server === 'cloud' ? ('api' as const) : ('factory' as const)
    const path = server === 'api' ? toApiPath(request.path) : toFactoryPath(request.path)
    const route = routeOf({ server, method, path })
    const nth = counts.get(route) ?? 0
    counts.set(route, nth + 1)
    return route === POLL && nth >= POLLS_TRIED ? [] : [{ server, method, path, nth }]
  })
}

const POLL = 'api GET /actions'
/** A build has six actions to wait for, each of which is polled at least once. */
const POLLS_TRIED = 6

const toApiPath = (path: string): string => path.replace(/^\/v1/, '').replaceAll(/\/\d+(?=\/|$)/g, '/*')

const toFactoryPath = (path: string): string => (path.startsWith('/image/') ? '/image/**' : path)
