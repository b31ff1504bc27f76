/** A running QEMU. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Duplex } from 'node:stream'
import { CLEAN_ENVIRONMENT, toLastWords } from '../programs.ts'
import { openQmp, type Qmp } from './qmp.ts'

/** How long QEMU may take until it answers; it takes 0.1 s (2 cores, 2026). */
const START_PATIENCE_MS = 30_000
/** How much is kept of what QEMU complains about. */
const MOST_ERROR_TEXT = 4_000

/** Why a machine went off: it asked for it, or it was closed, or killed. */
export type EmulatorEnd = 'poweroff' | 'reboot' | 'gone'

export interface Emulator {
  readonly pid: number
  readonly qmp: Qmp
  /** Resolves when the process is gone. */
  readonly ended: Promise<EmulatorEnd>
  /** Kills it, and waits until it is gone. Never fails. */
  close(): Promise<void>
}

export interface EmulatorOptions {
  /** Open files of this process that become QEMU's descriptors 4, 5 and so on. */
  readonly descriptors: readonly number[]
  /** Is told each line that the machine prints on its console. */
  readonly onLine: (line: string) => void
}

/**
 * Starts QEMU, and waits until its machine runs.
 * @param argv as `toMachineArgv` makes it
 * @throws Error with what QEMU said
 */
export async function startEmulator(argv: readonly string[], options: EmulatorOptions): Promise<Emulator> {
  const { descriptors, onLine } = options
  const [program = '', ...args] = argv
  // A session of its own: Ctrl-C on the owner's terminal is the owner's business.
  const child = spawn(program, args, {
    cwd: '/',
    env: CLEAN_ENVIRONMENT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...descriptors],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MOST_ERROR_TEXT)
  })
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine)
  let reason = ''
  const ended = new Promise<EmulatorEnd>((resolve) => {
    child.on('error', (error) => {
      complaint ||= error.message
      if (child.pid === undefined) resolve('gone')
    })
    child.on('close', () => resolve(toEnd(reason)))
  })
  const close = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  const tooLate = setTimeout(() => child.kill('SIGKILL'), START_PATIENCE_MS)
  try {
    const qmp = await openQmp(toQmpStream(child), (why) => {
      reason = why
    })
    if (child.pid === undefined) throw new Error('QEMU was not started')
    return { pid: child.pid, qmp, ended, close }
  } catch (cause) {
    await close()
    throw new Error(toLastWords(complaint) || 'QEMU ended at once, and did not say why', { cause })
  } finally {
    clearTimeout(tooLate)
  }
}

function toQmpStream(child: ChildProcess): Duplex {
  const stream = child.stdio[3]
  if (!(stream instanceof Duplex)) throw new TypeError('QEMU has no control connection')
  return stream
}

function toEnd(reason: string): EmulatorEnd {
  if (reason === 'guest-reset') return 'reboot'
  return reason === 'guest-shutdown' ? 'poweroff' : 'gone'
}
