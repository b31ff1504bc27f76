import type { StoredAction } from '../entities.ts'
import { formatTime } from '../time.ts'

/** An action as the API shows it; its progress is the share of the expected time that has passed. */
export function formatAction(action: StoredAction, now: number) {
  return {
    id: action.id,
    command: action.command,
    status: action.status,
    progress: progressOf(action, now),
    started: formatTime(action.started),
    finished: action.finished === null ? null : formatTime(action.finished),
    resources: action.resources.map(({ id, type }) => ({ id, type })),
    error: action.error,
  }
}

/** An action as the API shows it. */
export type Action = ReturnType<typeof formatAction>

/** Percent. */
function progressOf(action: StoredAction, now: number): number {
  if (action.status !== 'running') return 100
  // What is to take no time is as good as done.
  if (action.expectedMs === 0) return 99
  return Math.min(99, Math.max(0, Math.floor((100 * (now - action.started)) / action.expectedMs)))
}
