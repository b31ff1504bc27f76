/** What the cloud keeps of one kind of resource: its rows, their IDs, their disk files, its part of the state file. */

import * as v from 'valibot'
import type { Labels } from '../domain.ts'
import { StoredLabels } from './labels.ts'

/** A resource as it is kept: times are milliseconds since the epoch. */
export interface Row {
  readonly id: number
  readonly project: string
}

/** What an action is about. */
export interface ResourceRef {
  readonly type: string
  readonly id: number
}

/** The cloud's memory: all tables together. */
export interface Store {
  /** A new ID, one above the last of its kind. */
  nextId(kind: string, firstId: number): number
  diskFile(folder: string, name: string): string
  /** Notes that the state has changed; the next `save` writes it. */
  touch(): void
  /** Writes the state if it has changed. Resolves when everything noted before is on the disk. */
  save(): Promise<void>
  /** Leaves the state as the end of a process does: servers are off, running actions have failed. */
  settle(): void
  /** Reads and settles the state, makes the folders, and removes the disk files of rows that are gone. */
  load(): Promise<void>
}

/** Columns of most tables. */
export const Id = v.pipe(v.number(), v.integer(), v.minValue(1))
export const OWNED = { id: Id, project: v.string() }
export const NAMED = { ...OWNED, name: v.string(), labels: StoredLabels, created: v.number() }

/** A row that has a name of its own in its project. */
export interface NamedRow extends Row {
  name: string
  labels: Labels
  readonly created: number
}

export interface TableOptions<T extends Row> {
  /** IDs count from here; each kind has a range of its own, so that an ID of the wrong kind is not found. */
  readonly firstId: number
  readonly schema: v.GenericSchema<unknown, T>
  /** What errors call a row; the name of the table by default. */
  readonly title?: string
  /** The folder of the disk files of its rows, in the state directory. */
  readonly disks?: string
  /** The rows after the process has ended: nothing runs, and nothing is half made. */
  readonly settle?: (rows: T[], now: number) => T[]
}

export interface Table<T extends Row = Row> {
  /** In the state file: `server`, `sshKey`. */
  readonly name: string
  /** What errors call a row. */
  readonly title: string
  readonly disks: string | undefined
  /** The rows of all projects. */
  rows(store: Store): readonly T[]
  /** The rows of one project. */
  of(store: Store, project: string): T[]
  find(store: Store, project: string, id: string | number): T | undefined
  /** An ID that was never used. */
  nextId(store: Store): number
  add(store: Store, row: T): void
  /** Does nothing when it is not there. */
  remove(store: Store, row: T): void
  diskFile(store: Store, id: number): string
  /** As what an action is about. */
  ref(row: T): ResourceRef
  /** Takes the rows out of the state file; there are none when the file is older than this kind. */
  load(store: Store, rows: unknown): void
  settle(store: Store, now: number): void
}

/** @param name singular; in the state file, the rows have an `s` behind it */
export function defineTable<T extends Row>(
  name: string,
  { firstId, schema, title = name, disks, settle = (rows) => rows }: TableOptions<T>,
): Table<T> {
  const kept = new WeakMap<Store, T[]>()
  const rows = (store: Store): T[] => kept.get(store) ?? []
  const keep = (store: Store, changed: T[]): void => {
    kept.set(store, changed)
    store.touch()
  }
  const of = (store: Store, project: string): T[] => rows(store).filter((row) => row.project === project)
  return {
    name,
    title,
    disks,
    rows,
    of,
    find: (store, project, id) => of(store, project).find((row) => String(row.id) === String(id)),
    nextId: (store) => store.nextId(name, firstId),
    add: (store, row) => keep(store, [...rows(store), row]),
    remove: (store, row) =>
      keep(
        store,
        rows(store).filter((one) => one !== row),
      ),
    diskFile: (store, id) => store.diskFile(disks ?? name, `${name}-${id}.raw`),
    // As the API writes it: `placement_group`.
    ref: ({ id }) => ({ id, type: name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) }),
    load: (store, stored) => keep(store, v.parse(v.optional(v.array(schema), []), stored)),
    settle: (store, now) => keep(store, settle(rows(store), now)),
  }
}
