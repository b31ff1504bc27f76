/** Whether this user may have mounts of their own, for file systems that are full or odd. */

import { execFileSync } from 'node:child_process'

/** Why not; undefined where it can be done. */
export function findReasonAgainstMounts(): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux'
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'it needs mounts of its own, which this user may not have'
  }
}
