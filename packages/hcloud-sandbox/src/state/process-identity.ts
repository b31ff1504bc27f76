/** Tells whether a process still runs, and is not another one that was given its number later. */

import { readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  /** Changes with every process that gets this number; empty where the system has no such value (not Linux). */
  readonly started: string
}

/** The identity of the running process with this number, or undefined when there is none. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!answersSignals(pid)) return undefined
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === undefined) return { pid, started: '' }
  // the name in parentheses may itself hold blanks and parentheses; the state is the first field behind it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  if (state === 'Z' || state === 'X') return undefined
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
  return { pid, started: `${boot}:${fields[19] ?? ''}` }
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const found = identifyProcess(identity.pid)
  return found !== undefined && (found.started === identity.started || found.started === '' || identity.started === '')
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // a process of another user is there too
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
