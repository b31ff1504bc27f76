/**
 * The files that say who owns a state directory: `owner.1.json`, `owner.2.json`, and so on. The one with the highest
 * number counts, and is removed only by the process that made a higher one. Taking over is therefore the making of
 * the next file, which only one process can do, even one that looked long before.
 */

import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'

const LOCK_NAME = /^owner\.(\d+)\.json$/

export const Running = v.object({
  endpoint: v.string(),
  factoryUrl: v.string(),
  token: v.string(),
  /** All of them; the first one is `token`. */
  tokens: v.pipe(v.array(v.object({ project: v.string(), token: v.string() })), v.readonly()),
  sshPort: v.number(),
  /** Where servers that run Talos answer: what port 50000 is in the real cloud. */
  talosPort: v.number(),
  /** The name of their kind. */
  machines: v.string(),
  /** Size of the Factory's raw disks in bytes, when it was said. */
  imageDiskBytes: v.optional(v.number()),
  /** Port on 127.0.0.1 to which its clients are connected for as long as they use it. */
  clientPort: v.number(),
  /** Whether it ends with its last client. */
  endsWithClients: v.boolean(),
})

/** What a command needs to use a sandbox that another process runs. */
export type RunningSandbox = Readonly<v.InferOutput<typeof Running>>

const Lock = v.object({
  /** The owner. */
  process: v.object({ pid: v.number(), started: v.string() }),
  phase: v.picklist(['starting', 'running', 'closing', 'released']),
  /** There while the phase is `running`. */
  sandbox: v.optional(Running),
})

export type Lock = Readonly<v.InferOutput<typeof Lock>>

export interface NumberedLock {
  readonly number: number
  /** undefined when the file cannot be read as a lock: the directory has no known owner then */
  readonly lock: Lock | undefined
}

/** The lock that counts, or undefined when the directory never had an owner. */
export async function readLock(stateDir: string): Promise<NumberedLock | undefined> {
  const [number] = await listLocks(stateDir)
  if (number === undefined) return undefined
  const text = await readIfThere(toPath(stateDir, number))
  // it went between the two looks, so there is a higher one now
  if (text === undefined) return await readLock(stateDir)
  return { number, lock: parseLock(text) }
}

/**
 * Makes the lock file with this number, whole from its first moment and readable only by its owner, and removes
 * the lower ones.
 * @returns false when another process was faster; nothing has changed then
 */
export async function makeLock(stateDir: string, number: number, lock: Lock): Promise<boolean> {
  const path = toPath(stateDir, number)
  const unfinished = await writeUnfinished(stateDir, lock)
  try {
    await link(unfinished, path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(unfinished, { force: true })
  }
  const numbers = await listLocks(stateDir)
  if (numbers[0] !== number) {
    // others have gone on meanwhile, and removed a file that had this number
    await rm(path, { force: true })
    return false
  }
  for (const lower of numbers.slice(1)) await rm(toPath(stateDir, lower), { force: true })
  return true
}

/** Puts a new text in the place of a lock that this process owns. */
export async function replaceLock(stateDir: string, number: number, lock: Lock): Promise<void> {
  await rename(await writeUnfinished(stateDir, lock), toPath(stateDir, number))
}

/** Whether a file is a lock, by its name: then the folder around it is a state directory. */
export const isLockName = (name: string): boolean => LOCK_NAME.test(name)

/** Numbers of the lock files, the highest first. */
async function listLocks(stateDir: string): Promise<number[]> {
  const numbers: number[] = []
  for (const name of await readdir(stateDir)) {
    const [, number] = LOCK_NAME.exec(name) ?? []
    if (number !== undefined) numbers.push(Number(number))
  }
  return numbers.sort((a, b) => b - a)
}

async function writeUnfinished(stateDir: string, lock: Lock): Promise<string> {
  const path = join(stateDir, `owner.${crypto.randomUUID()}.tmp`)
  await writeFile(path, JSON.stringify(lock), { mode: 0o600, flag: 'wx' })
  return path
}

function toPath(stateDir: string, number: number): string {
  return join(stateDir, `owner.${number}.json`)
}

function parseLock(text: string): Lock | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Lock), text)
  return parsed.success ? parsed.output : undefined
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
