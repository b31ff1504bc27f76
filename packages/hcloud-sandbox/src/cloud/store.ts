/** The cloud's memory, and the file and the disk folders behind it. */

import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { SandboxError } from '../errors.ts'
import { makePrivateFolder } from '../state/private-folder.ts'
import { CloudState, createEmptyState } from './entities.ts'
import { settle } from './recover.ts'

/** Finished actions beyond this many are forgotten, oldest first. */
const MOST_ACTIONS = 2000

export interface Store {
  readonly state: CloudState
  /** A new ID, one above the last of its kind. */
  nextId(kind: keyof CloudState['lastIds']): number
  serverDisk(id: number): string
  imageDisk(id: number): string
  /** Notes that the state has changed; the next `save` writes it. */
  touch(): void
  /** Writes the state if it has changed. Resolves when everything noted before is on the disk. */
  save(): Promise<void>
  /** Reads and settles the state, makes the folders, and removes disk files that belong to nothing. */
  load(): Promise<void>
}

export function createStore(stateDir: string, clock: Clock): Store {
  const file = join(stateDir, 'cloud.json')
  const disks = join(stateDir, 'disks')
  const snapshots = join(stateDir, 'snapshots')
  let state = createEmptyState()
  let dirty = false
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    if (!dirty) return
    dirty = false
    forgetOldActions(state)
    const temporary = `${file}.tmp`
    await writeFile(temporary, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 })
    await rename(temporary, file)
  }

  const store: Store = {
    get state() {
      return state
    },
    nextId(kind) {
      state.lastIds[kind] += 1
      return state.lastIds[kind]
    },
    serverDisk: (id) => join(disks, `server-${id}.raw`),
    imageDisk: (id) => join(snapshots, `image-${id}.raw`),
    touch() {
      dirty = true
    },
    save() {
      writing = writing.catch(() => {}).then(write)
      return writing
    },
    async load() {
      for (const folder of [stateDir, disks, snapshots]) await makePrivateFolder(folder)
      state = await readState(file)
      settle(state, clock.now())
      await removeStrangers(disks, /^server-(\d+)\.raw$/, new Set(state.servers.map((server) => server.id)))
      await removeDoors(disks)
      await removeStrangers(snapshots, /^image-(\d+)\.raw$/, new Set(state.images.map((image) => image.id)))
      dirty = true
      await store.save()
    },
  }
  return store
}

/** Takes an item out of a list; does nothing when it is not in there. */
export function removeItem<T>(list: T[], item: T): void {
  const index = list.indexOf(item)
  if (index !== -1) list.splice(index, 1)
}

async function readState(file: string): Promise<CloudState> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return createEmptyState()
    throw unreadable(file, error)
  }
  try {
    return v.parse(CloudState, JSON.parse(text))
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(file: string, cause: unknown): SandboxError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  return new SandboxError(
    {
      code: 'sandbox',
      message: `the sandbox cannot read its state${reason}`,
      at: { kind: 'file', file },
      hint: `remove ${file} to start with an empty cloud (its snapshots are lost), or use another state folder`,
    },
    { cause },
  )
}

/** Disk files are told by their name alone: whatever else lies in the folder is none of our business. */
async function removeStrangers(folder: string, pattern: RegExp, known: ReadonlySet<number>): Promise<void> {
  for (const name of await readdir(folder)) {
    const id = pattern.exec(name)?.[1]
    if (id !== undefined && !known.has(Number(id))) await rm(join(folder, name), { force: true })
  }
}

/**
 * Machines run as another user when the owner is root, and for a moment have a folder beside their disk with a second
 * name of it. It stays when the owner is killed in that moment; a disk with two names is refused.
 */
async function removeDoors(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^\.server-\d+\.raw\./.test(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

function forgetOldActions(state: CloudState): void {
  const surplus = state.actions.length - MOST_ACTIONS
  if (surplus <= 0) return
  const old = new Set(state.actions.filter((action) => action.status !== 'running').slice(0, surplus))
  state.actions = state.actions.filter((action) => !old.has(action))
}
