/** What is left of a cloud whose process has ended, whether it said goodbye or not. Machines die with their owner. */

import type { CloudState } from './entities.ts'

/**
 * Settles a state in place: servers are off, what was being deleted or made is gone, running actions have failed.
 * @param now milliseconds since the epoch
 */
export function settle(state: CloudState, now: number): void {
  state.servers = state.servers.filter((server) => server.status !== 'deleting')
  state.images = state.images.filter((image) => image.status !== 'creating')
  for (const server of state.servers) server.status = 'off'
  for (const action of state.actions) {
    if (action.status !== 'running') continue
    action.status = 'error'
    action.finished = now
    action.error = { code: 'action_failed', message: 'the sandbox ended before the action was done' }
  }
}
