/**
 * The program that runs a sandbox for all who use it, and ends with the last of them. The first of them starts it, with a
 * pipe as file descriptor 3.
 */

import { once } from 'node:events'
import { Socket } from 'node:net'
import * as v from 'valibot'
import { SandboxError } from '../errors.ts'
import { startOwnSandbox } from '../sandbox.ts'
import { toProblems } from './clients.ts'
import { type Answer, onLines, Request, sendLine } from './messages.ts'

const starter = new Socket({ fd: 3, readable: true, writable: true, allowHalfOpen: true })
const stop = new AbortController()
let tell = (answer: Answer): void => sendLine(starter, answer)

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort())
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    tell(toDefect(error))
    stop.abort()
  })
}

/** Until the sandbox runs, nothing else uses it. */
const onGone = (): void => stop.abort()
for (const event of ['end', 'close'] as const) starter.once(event, onGone)
onLines(starter, (line) => {
  run(line)
    .catch((error: unknown) => {
      if (!stop.signal.aborted) tell(error instanceof SandboxError ? toProblems(error) : toDefect(error))
    })
    .finally(() => process.exit())
})

const toDefect = (error: unknown): Answer => ({
  type: 'defect',
  stack: error instanceof Error ? String(error.stack) : String(error),
})

async function run(line: unknown): Promise<void> {
  const { settings, use } = v.parse(Request, line)
  if (settings === undefined) throw new RangeError('there are no settings')
  const onProgress = (text: string): void => tell({ type: 'progress', line: text })
  const owned = await startOwnSandbox({ ...settings, ...use, onProgress, signal: stop.signal }, true)
  if ('attached' in owned) return tell({ type: 'taken' })
  const { sandbox, clients, welcome } = owned
  for (const event of ['end', 'close'] as const) starter.off(event, onGone)
  clients.add(starter)
  tell = clients.tell
  sendLine(starter, welcome)
  const stopped = stop.signal.aborted ? [] : [once(stop.signal, 'abort')]
  await Promise.race([clients.gone(), ...stopped])
  await sandbox.close()
}
