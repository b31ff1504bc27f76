/** A state directory has one owner at a time; who comes second uses the sandbox of the first. */

import { type Clock, systemClock } from '../clock.ts'
import { SandboxError } from '../errors.ts'
import { isLockName, type Lock, makeLock, type RunningSandbox, readLock, replaceLock } from './lock-files.ts'
import { makePrivateFolder } from './private-folder.ts'
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts'

export type { RunningSandbox } from './lock-files.ts'

const LOOK_AGAIN_MS = 50
const TIMEOUT_MS = 30_000

/** This process owns the state directory. */
export interface Owned {
  readonly attached: undefined
  /** Whether an earlier owner ended without releasing the directory. */
  readonly tookOver: boolean
  /** Tells others how to use the sandbox, now that it runs. */
  publish(sandbox: RunningSandbox): Promise<void>
  /** Tells others to wait, for the sandbox is about to end. */
  announceClosing(): Promise<void>
  /** Lets the next one have the directory. Doing it twice does no harm. */
  release(): Promise<void>
}

/** Another process, or another part of this one, owns the state directory. */
export interface Attached {
  readonly attached: RunningSandbox
  readonly owner: ProcessIdentity
}

export interface OwnershipOptions {
  /** Where its user says which directory it is, for hints: `TALOS_IMAGE_SANDBOX_STATE`. */
  readonly setting?: string | undefined
  readonly clock?: Clock | undefined
  readonly signal?: AbortSignal | undefined
  /** How long to wait for an owner that is starting or closing; 30 s by default. */
  readonly timeoutMs?: number | undefined
}

/**
 * Makes this process the owner of the directory, which is made if need be, or finds out how to use the sandbox of
 * the owner. An owner that has died is noticed: of all who notice, one becomes the next owner.
 * @throws SandboxError `sandbox` when an owner has been starting or closing for too long, or when others could look into
 *   the directory
 */
export async function acquireOwnership(stateDir: string, options: OwnershipOptions = {}): Promise<Owned | Attached> {
  await prepareStateDir(stateDir, options)
  const self = identifyProcess(process.pid) ?? { pid: process.pid, started: '' }
  for (;;) {
    const found = await settle(stateDir, options)
    if ('attached' in found) return found
    const number = found.number + 1
    if (await makeLock(stateDir, number, { process: self, phase: 'starting' })) {
      return createOwned(stateDir, number, self, found.isAbandoned)
    }
  }
}

/** The sandbox that runs on the directory, or undefined when it has no owner. Throws as {@link acquireOwnership} does. */
export async function findRunning(stateDir: string, options: OwnershipOptions = {}): Promise<Attached | undefined> {
  await prepareStateDir(stateDir, options)
  const found = await settle(stateDir, options)
  return 'attached' in found ? found : undefined
}

const prepareStateDir = (stateDir: string, { setting }: OwnershipOptions): Promise<void> =>
  makePrivateFolder(stateDir, { isOurs: (names) => names.length === 0 || names.some(isLockName), setting })

/** No living process owns the directory. */
interface Ownerless {
  /** Of the lock that counts; 0 when there never was one. */
  readonly number: number
  /** Whether the owner ended without releasing the directory. */
  readonly isAbandoned: boolean
}

/** Waits until the directory has no owner, or one whose sandbox runs. */
async function settle(
  stateDir: string,
  { clock = systemClock, signal, timeoutMs = TIMEOUT_MS }: OwnershipOptions,
): Promise<Attached | Ownerless> {
  const deadline = clock.now() + timeoutMs
  for (;;) {
    signal?.throwIfAborted()
    const found = await readLock(stateDir)
    const lock = found?.lock
    if (lock === undefined || lock.phase === 'released' || !isRunning(lock.process)) {
      return { number: found?.number ?? 0, isAbandoned: found !== undefined && lock?.phase !== 'released' }
    }
    if (lock.phase === 'running' && lock.sandbox !== undefined) return { attached: lock.sandbox, owner: lock.process }
    if (clock.now() >= deadline) throw tooLong(stateDir, lock, timeoutMs)
    await clock.sleep(LOOK_AGAIN_MS, signal)
  }
}

function createOwned(stateDir: string, number: number, self: ProcessIdentity, tookOver: boolean): Owned {
  let released = false
  return {
    attached: undefined,
    tookOver,
    publish: (sandbox) => replaceLock(stateDir, number, { process: self, phase: 'running', sandbox }),
    announceClosing: () => replaceLock(stateDir, number, { process: self, phase: 'closing' }),
    async release() {
      if (released) return
      released = true
      await replaceLock(stateDir, number, { process: self, phase: 'released' })
    },
  }
}

function tooLong(stateDir: string, { process: owner, phase }: Lock, timeoutMs: number): SandboxError {
  return new SandboxError({
    code: 'sandbox',
    message: `the sandbox in ${stateDir}, process ${owner.pid}, has been ${phase} for over ${timeoutMs / 1000} s`,
    hint: `try again later, or end it: kill ${owner.pid}`,
  })
}
