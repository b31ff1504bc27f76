/**
 * A sandbox for several programs at once: a process of its own runs it, and ends with the last of them, so that none takes
 * it from another, however it ends.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Socket } from 'node:net'
import { isSea } from 'node:sea'
import { fileURLToPath } from 'node:url'
import { SandboxError, type SandboxProblem, throwProblems } from '../errors.ts'
import { findOptionProblems } from '../option-problems.ts'
import { type Sandbox, type SandboxOptions, toUse } from '../options.ts'
import type { RunningSandbox } from '../state/lock-files.ts'
import { findRunning } from '../state/ownership.ts'
import { identifyProcess } from '../state/process-identity.ts'
import { type Connection, connectTo, talk, toAttached } from './connect.ts'
import type { Settings } from './messages.ts'

/** What can be said to another process of how a sandbox is to be. */
export type SharedSandboxOptions = Settings &
  Pick<SandboxOptions, 'projects' | 'needsMachines' | 'recordFile' | 'onProgress' | 'onLost' | 'signal'>

/**
 * Uses the sandbox that runs on the state directory, or starts one there that others can use as well. It ends with the last
 * of them.
 * @throws SandboxError `usage` when the options cannot be, or are not those of the one that runs; `sandbox` when it cannot
 *   run here, and says what to do
 */
export async function startSharedSandbox(options: SharedSandboxOptions): Promise<Sandbox> {
  const { stateDir, setting, signal } = options
  throwProblems(findOptionProblems(options))
  for (;;) {
    const running = await findRunning(stateDir, { setting, signal })
    if (running !== undefined) throwProblems(findDifferences(running.attached, options))
    const connection =
      running === undefined ? await startOwner(options) : await connectTo(running, toUse(options), options)
    if (connection !== undefined) return toAttached(connection, stateDir, running !== undefined)
  }
}

/** What the sandbox that runs does not have as it is asked for. */
function findDifferences(running: RunningSandbox, options: SharedSandboxOptions): SandboxProblem[] {
  const { machines, sshPort, imageDiskBytes } = options
  const place = options.setting === undefined ? '' : `, or choose another folder for this one: ${options.setting}=DIR`
  const hint = `leave it out to use that one, wait until what uses it has ended${place}`
  const tell = (has: string, at: SandboxProblem['at']): SandboxProblem[] => [
    { code: 'usage', message: `a sandbox with ${has} runs already on ${options.stateDir}`, at, hint },
  ]
  return [
    ...(machines === undefined || machines === running.machines
      ? []
      : tell(`${running.machines} machines`, { kind: 'flag', name: '--machines' })),
    ...(sshPort === undefined || sshPort === running.sshPort
      ? []
      : tell(`the SSH port ${running.sshPort}`, { kind: 'flag', name: '--ssh-port' })),
    ...(imageDiskBytes === undefined || imageDiskBytes === running.imageDiskBytes
      ? []
      : tell('disk images of another size', undefined)),
  ]
}

/** The built program: beside the bundle that this is part of, built from these sources, or in the same executable. */
function findProgram(): string {
  if (isSea()) return 'embedded:sandbox-owner'
  const places = ['./sandbox-owner.js', '../sandbox-owner.js', '../../dist/sandbox-owner.js']
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = files.find((file) => existsSync(file))
  if (found !== undefined) return found
  const message = `a program of the sandbox is missing: ${files[0]}`
  throw new SandboxError({ code: 'sandbox', message, hint: 'install the package again, or build it: npm run build' })
}

/**
 * @returns undefined when another process has become the owner meanwhile
 * @throws SandboxError `sandbox` when the program cannot run here
 */
async function startOwner(options: SharedSandboxOptions): Promise<Connection | undefined> {
  const { projects, needsMachines, recordFile, onProgress, onLost, signal, ...settings } = options
  const owner = spawn(process.execPath, [findProgram(), settings.stateDir], {
    cwd: '/',
    // A session of its own: the Ctrl-C of a terminal is not for it.
    detached: true,
    windowsHide: true,
    env: withoutSecrets(process.env),
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const failed = new Promise<never>((_, reject) => owner.once('error', reject))
  const pipe = owner.stdio[3]
  if (owner.pid === undefined || !(pipe instanceof Socket)) return await failed
  const identity = identifyProcess(owner.pid) ?? { pid: owner.pid, started: '' }
  const ended = once(owner, 'exit')
  owner.unref()
  const connection = await talk(pipe, { settings, use: toUse(options) }, identity, { onProgress, onLost, signal })
  if (connection !== undefined) return connection
  owner.ref()
  const [code, killedBy]: (string | number | null)[] = await ended
  // It ends well when there is another owner.
  if (code === 0) return undefined
  const message = `the program of the sandbox ended at once: ${code === null ? killedBy : `exit code ${code}`}`
  throw new SandboxError({ code: 'sandbox', message, hint: `is ${process.execPath} a program for this computer?` })
}

/** It outlives the program that starts it, and none of its tokens is for it. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/TOKEN|PASSWORD|SECRET/i.test(name)))
}
