/** Signals for a command of a machine, from outside of its namespaces. */

import type { ChildProcess } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long to wait before looking again for a command that is not there yet; it takes some 5 ms to appear. */
const APPEARANCE_MS = 5
/** How often those in front of stopped commands are woken while their machine ends, and how many times at most. */
const WAKE_MS = 20
const MOST_WAKES = 250

/**
 * Signals the process group of a command, if it still runs.
 *
 * The `nsenter` in front of the command is spared: it has to reap it. An orphan would fall to the first process of this
 * computer, which in a container often reaps nothing, and the machine's namespaces could then never end.
 */
export async function signalCommand(nsenter: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  while (nsenter.pid !== undefined && nsenter.exitCode === null && nsenter.signalCode === null) {
    const leader = await findChild(nsenter.pid)
    if (leader !== undefined) {
      // It leads no group yet when it has only just been made.
      if (!sendSignal(-leader, signal)) sendSignal(leader, signal)
      wake(nsenter)
      return
    }
    await sleep(APPEARANCE_MS)
  }
}

/**
 * `nsenter` stops itself whenever its command stops, and does not see then that the command has ended; on waking it
 * wakes the command, too.
 */
function wake(nsenter: ChildProcess): void {
  nsenter.kill('SIGCONT')
}

/**
 * Lets every `nsenter` see the end of its command, for a machine that ends: the kernel waits for them. A command may
 * stop itself again until it is killed, so once is not enough.
 */
export async function releaseCommands(nsenters: ReadonlySet<ChildProcess>): Promise<void> {
  for (let wakes = 0; nsenters.size > 0 && wakes < MOST_WAKES; wakes += 1) {
    for (const nsenter of nsenters) wake(nsenter)
    await sleep(WAKE_MS, undefined, { ref: false })
  }
  for (const nsenter of nsenters) nsenter.kill('SIGKILL')
}

/** Signals a process, or with a negative number a process group. Tells whether there is one. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** The first child of a process. */
export async function findChild(parent: number): Promise<number | undefined> {
  try {
    const [child] = (await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).split(' ')
    return child === undefined || child === '' ? undefined : Number(child)
  } catch {
    // A kernel without CONFIG_PROC_CHILDREN, or the process is gone.
    return searchChild(parent)
  }
}

async function searchChild(parent: number): Promise<number | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      // The name of a program, in parentheses, may hold anything; behind it come the state and the parent.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    }),
  )
  const index = parents.indexOf(parent)
  return index < 0 ? undefined : Number(pids[index])
}
