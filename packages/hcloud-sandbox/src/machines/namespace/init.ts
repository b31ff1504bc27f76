/** The first process of a machine, which keeps its namespaces: nothing of the machine outlives it. */

import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLEAN_ENVIRONMENT } from './argv.ts'
import { sendSignal } from './signal-command.ts'

/** How long a machine may take to get its root; it takes 0.15 s (2 cores, 2026). */
const START_PATIENCE_MS = 30_000
/** How long the kernel may take to end all processes of a machine, first when asked, then when killed from outside. */
const END_PATIENCE_MS = 5_000
/** More than any message that is worth showing. */
const MOST_ERROR_TEXT = 4_000
/** More than any word that the init says. */
const MOST_WORD_TEXT = 100

/** Why a machine went off: a command in it asked for it, or it was closed, or killed. */
export type MachineEnd = 'poweroff' | 'reboot' | 'gone'

type Word = 'ready' | 'poweroff' | 'reboot'

export interface Init {
  /** As this process sees it; not given to another process before `ended`. */
  readonly pid: number
  /** Resolves when the machine begins to end, for any reason. */
  readonly ending: Promise<void>
  /** Resolves when no process of the machine is left. */
  readonly ended: Promise<MachineEnd>
  /** Ends every process of the machine. Never fails, and gives up on what cannot even be killed. */
  close(): Promise<void>
}

export interface InitOptions {
  /** In milliseconds, for each of two ways to end the machine. */
  readonly endPatienceMs?: number
}

/**
 * Starts the init, and waits until the machine's root stands.
 * @param argv as `toInitArgv` makes it
 * @param folder where to start it
 * @throws Error with what the init or the system said
 */
export async function startInit(
  argv: readonly string[],
  folder: string,
  { endPatienceMs = END_PATIENCE_MS }: InitOptions = {},
): Promise<Init> {
  const [program = '', ...args] = argv
  // A session of its own: Ctrl-C on the owner's terminal is the owner's business.
  const child = spawn(program, args, { cwd: folder, env: CLEAN_ENVIRONMENT, detached: true })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, MOST_ERROR_TEXT)
  })
  // The init may be gone when its input is closed; how it ended is told by `ended`.
  child.stdin.on('error', () => undefined)

  const said = new Set<Word>()
  const closing = new AbortController()
  let noteReady: () => void
  const ready = new Promise<void>((resolve) => {
    noteReady = resolve
  })
  const ending = new Promise<void>((resolve) => {
    listenForWords(child.stdout, (word) => {
      said.add(word)
      if (word === 'ready') noteReady()
      else resolve()
    })
    child.on('exit', () => resolve())
    closing.signal.addEventListener('abort', () => resolve())
  })
  const ended = new Promise<MachineEnd>((resolve) => {
    child.on('error', (error) => {
      complaint ||= error.message
      if (child.pid === undefined) resolve('gone')
    })
    child.on('close', () => resolve(said.has('poweroff') ? 'poweroff' : said.has('reboot') ? 'reboot' : 'gone'))
  })

  const close = async () => {
    closing.abort()
    // The first process of the machine reads this input. When it leaves, the kernel ends all others before it.
    child.stdin.end()
    if (await isWithin(endPatienceMs, ended)) return
    if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL')
    if (await isWithin(endPatienceMs, ended)) return
    // Something out of reach holds the output; this process must be able to end without it.
    for (const stream of child.stdio) stream?.destroy()
    child.unref()
  }

  const isReady = await isWithin(START_PATIENCE_MS, Promise.race([ready, ended]))
  const { pid } = child
  if (pid === undefined || !said.has('ready')) {
    await close()
    throw new Error(complaint.trim() || (isReady ? 'the namespaces ended at once' : 'the namespaces took too long'))
  }
  return { pid, ending, ended, close }
}

/** Reads words, a line each; anything else is forgotten. */
function listenForWords(output: Readable, onWord: (word: Word) => void): void {
  let line = ''
  output.setEncoding('utf8').on('data', (text: string) => {
    const lines = (line + text).split('\n')
    line = (lines.pop() ?? '').slice(0, MOST_WORD_TEXT)
    for (const word of lines) if (isWord(word)) onWord(word)
  })
}

const isWord = (text: string): text is Word => text === 'ready' || text === 'poweroff' || text === 'reboot'

/** Whether something settles within a time. */
async function isWithin(ms: number, settled: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  try {
    return await Promise.race([
      settled.then(() => true),
      sleep(ms, false, { signal: timer.signal, ref: false }).catch(() => false),
    ])
  } finally {
    timer.abort()
  }
}
