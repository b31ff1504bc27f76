/** The cloud's memory, and the file and the disk folders behind it. */

import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { SandboxError } from '../errors.ts'
import { makePrivateFolder } from '../state/private-folder.ts'
import type { Store, Table } from './table.ts'

/** The state file; beside these, it has the rows of each table. What came later is missing in older files. */
const State = v.looseObject({
  version: v.literal(1),
  /** The last ID given out, of each kind; IDs are never used again. */
  lastIds: v.optional(v.record(v.string(), v.number()), {}),
})

export function createStore(stateDir: string, clock: Clock, tables: readonly Table[]): Store {
  const file = join(stateDir, 'cloud.json')
  let lastIds: Record<string, number> = {}
  let dirty = false
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    if (!dirty) return
    dirty = false
    const rows = tables.map((table) => [keyOf(table), table.rows(store)])
    const state = { version: 1, lastIds, ...Object.fromEntries(rows) }
    const temporary = `${file}.tmp`
    try {
      await writeFile(temporary, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 })
      await rename(temporary, file)
    } catch (error) {
      dirty = true
      throw error
    }
  }

  async function read(): Promise<void> {
    try {
      const state = v.parse(State, JSON.parse((await readIfThere(file)) ?? '{"version":1}'))
      lastIds = state.lastIds
      for (const table of tables) table.load(store, state[keyOf(table)])
    } catch (error) {
      throw unreadable(file, error)
    }
  }

  const store: Store = {
    nextId(kind, firstId) {
      const id = (lastIds[kind] ?? firstId) + 1
      lastIds[kind] = id
      return id
    },
    diskFile: (folder, name) => join(stateDir, folder, name),
    touch() {
      dirty = true
    },
    save() {
      writing = writing.catch(() => {}).then(write)
      return writing
    },
    settle() {
      for (const table of tables) table.settle(store, clock.now())
    },
    async load() {
      await makePrivateFolder(stateDir)
      await read()
      store.settle()
      for (const table of tables) {
        if (table.disks === undefined) continue
        const folder = join(stateDir, table.disks)
        await makePrivateFolder(folder)
        await removeOrphans(folder, table.name, new Set(table.rows(store).map(({ id }) => id)))
      }
      await store.save()
    },
  }
  return store
}

const keyOf = ({ name }: Table): string => `${name}s`

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
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

/**
 * Removes disk files without a row; other files stay. When the owner is root, machines run as another user and for a moment
 * have a folder beside their disk with a second name of it. It stays when the owner is killed in that moment, and a disk
 * with two names is refused: those folders go, too.
 */
async function removeOrphans(folder: string, kind: string, known: ReadonlySet<number>): Promise<void> {
  const pattern = new RegExp(`^(\\.?)${kind}-(\\d+)\\.raw(\\..+)?$`)
  for (const name of await readdir(folder)) {
    const [, dot, id, rest] = pattern.exec(name) ?? []
    const isAccessFolder = dot === '.' && rest !== undefined
    const isOrphan = dot === '' && rest === undefined && !known.has(Number(id))
    if (isAccessFolder || isOrphan) await rm(join(folder, name), { recursive: true, force: true })
  }
}
