/** One way in which the commands may go, and what is known on it. */

import { posix } from 'node:path'
import type { Function as FunctionNode } from 'unbash'
import type { Origin } from '../../errors.ts'
import { globMatcher } from './patterns.ts'
import {
  type Cause,
  type Content,
  type ImageSource,
  NotKnown,
  type Script,
  type TextScript,
  type Value,
} from './values.ts'

/** The disk of every Hetzner Cloud server. */
export const DEVICE = '/dev/sda'

/** A command that is not known, and what about it. */
export interface Unknown {
  readonly why: string
  readonly at: Origin
  readonly cause: Cause
}

/** A text that the commands compare an image's SHA-256 with. */
export interface Sum {
  readonly hex: string
  readonly at: Origin
}

/** Where the commands went one of two ways. */
export interface Fork {
  readonly text: string
  readonly at: Origin
  readonly isTrue: boolean
}

/** An image that was put onto the disk. */
export interface Written {
  readonly source: ImageSource
  /** Where it was taken from. */
  readonly at: Origin
}

export interface ShellFunction {
  readonly body: FunctionNode['body']
  readonly script: Script
}

/** Files that hold no image, whatever is written to them. */
const SINKS =
  /^\/dev\/(?:null|stdout|stderr|tty|console|kmsg|fd\/|shm\/)|^\/proc\/sys\/vm\/|^\/proc\/self\/fd\/|\/rescan$/

/** Folders in which the rescue system has nothing but what the commands put there. */
export const FRESH = /^\/(?:tmp|root)\//

/** Characters of all that is compared and copied on all ways: more is not followed. A second for a hundred million, more or less. */
const MOST_EFFORT = 200_000_000
const EFFORT_OF_ENTRY = 20

export class World {
  /** What is left, for all that come of the first. */
  readonly #effort: { left: number }
  variables = new Map<string, Value>()
  /** Arrays by name; `@`: what the script or function was called with. */
  lists = new Map<string, readonly Value[]>()
  functions = new Map<string, ShellFunction>()
  /** The variables that other programs see. */
  exported: ReadonlySet<string> = new Set()
  /** What the variables were before a function made them its own; undefined outside of functions. */
  locals: ReadonlyMap<string, Value | undefined> | undefined
  /** What runs when the script ends. */
  atExit: TextScript | undefined
  cwd = '/root'
  stopsOnFailure = false
  /** Of the last command; undefined when it depends. */
  status: boolean | undefined = true
  /** Only when something failed that is meant to succeed. */
  isUnlikely = false
  forks: readonly Fork[] = []
  /** The command that was run last. */
  at: Origin | undefined
  files: Map<string, Content>
  written: Written[]
  sums: Map<string, Sum>
  unknown: Unknown[]
  /** Checks of the download that are not repeated. */
  unchecked: Unknown[]

  constructor(from?: World) {
    this.#effort = from === undefined ? { left: MOST_EFFORT } : from.#effort
    if (from !== undefined) this.#effort.left -= from.#entries * EFFORT_OF_ENTRY
    this.files = new Map(from?.files)
    this.written = [...(from?.written ?? [])]
    this.sums = new Map(from?.sums)
    this.unknown = [...(from?.unknown ?? [])]
    this.unchecked = [...(from?.unchecked ?? [])]
    if (from === undefined) return
    this.variables = new Map(from.variables)
    this.lists = new Map(from.lists)
    this.functions = new Map(from.functions)
    this.exported = from.exported
    this.locals = from.locals
    this.atExit = from.atExit
    this.cwd = from.cwd
    this.stopsOnFailure = from.stopsOnFailure
    this.status = from.status
    this.isUnlikely = from.isUnlikely
    this.forks = from.forks
    this.at = from.at
  }

  get #entries(): number {
    return this.variables.size + this.lists.size + this.functions.size + this.files.size
  }

  /** @throws NotKnown when nothing is left */
  spend(characters: number): void {
    this.#effort.left -= characters
    const why = 'there is too much to follow'
    if (this.#effort.left < 0) throw new NotKnown(why, { why: { why, at: this.at } })
  }

  /** That its variables are copied. */
  spendCopy(): void {
    this.spend(this.#entries * EFFORT_OF_ENTRY)
  }

  /** What happened in a shell of its own, which shares files and disk. */
  take({ files, written, sums, unknown, unchecked }: World): void {
    Object.assign(this, { files, written, sums, unknown, unchecked })
  }

  /** For the next script: files and disk stay, the rest begins anew. */
  renewed(): World {
    const world = new World(this)
    world.variables = new Map([
      ['HOME', { text: '/root' }],
      ['USER', { text: 'root' }],
      ['UID', { text: '0' }],
      ['EUID', { text: '0' }],
    ])
    world.lists = new Map()
    world.functions = new Map()
    world.exported = new Set(world.variables.keys())
    world.locals = undefined
    world.atExit = undefined
    world.cwd = '/root'
    world.stopsOnFailure = false
    return world
  }

  /** What tells worlds apart; how they came about does not count. */
  get key(): string {
    const { variables, lists, functions, exported, files, sums, cwd, stopsOnFailure, status, written, unknown } = this
    const maps = [variables, lists, files, sums].map((map) => [...map].sort(([a], [b]) => (a < b ? -1 : 1)))
    const sources = written.map(({ source }) => source)
    const defined = [...functions].map(([name, { body, script }]) => [name, script.place(body.pos)])
    const others = [this.atExit?.text, cwd, stopsOnFailure, status, sources, unknown.length]
    const key = JSON.stringify([maps, defined, [...exported], this.locals && [...this.locals], ...others])
    this.spend(key.length)
    return key
  }

  path(path: string): string {
    return posix.resolve(this.cwd, path.replace(/^file:\/\//, ''))
  }

  /** What lies in a file, or undefined when that is not known. */
  find(path: string): Content | undefined {
    const full = this.path(path)
    const own = this.files.get(full)
    if (own !== undefined || !/[*?[]/.test(full)) return own
    this.spendCopy()
    const [match, another] = [...this.files.keys()].filter(globMatcher(full))
    return match === undefined || another !== undefined ? undefined : this.files.get(match)
  }

  /** @throws NotKnown when nothing is known of the file */
  read(path: string): Content {
    if (path === DEVICE) return { kind: 'unknown', cause: { why: `what is on ${DEVICE}` } }
    const found = this.find(path)
    if (found !== undefined) return found
    if (!FRESH.test(this.path(path))) return { kind: 'unknown', cause: { why: `what is in ${path}` } }
    throw new NotKnown(`it is not known what is in ${path}`, { isMissing: true })
  }

  /** @throws NotKnown when that changes something that is not known */
  write(path: string, content: Content): void {
    const full = this.path(path)
    if (full === DEVICE) this.#writeDisk(content)
    else if (!SINKS.test(full)) {
      if (/^\/(?:dev|proc|sys)\//.test(full)) throw new NotKnown(`it writes to ${path}, not to ${DEVICE}`)
      this.files.set(full, content)
    }
  }

  remove(path: string): void {
    const full = this.path(path)
    this.spendCopy()
    const matches = globMatcher(full)
    for (const name of this.files.keys()) {
      if (matches(name) || name.startsWith(`${full}/`)) this.files.delete(name)
    }
  }

  /** That everything on the disk goes: of no effect before the image is written. */
  empty(text: string): void {
    if (this.written.length > 0) throw new NotKnown(`"${text}" changes the disk after the image was written`)
  }

  #writeDisk(content: Content): void {
    if (content.kind === 'unknown') throw new NotKnown(content.cause.why, { why: content.cause })
    if (content.kind === 'text') throw new NotKnown(`it writes something else than an image to ${DEVICE}`)
    this.written.push({ source: content.source, at: content.at })
  }
}

/** Each world once; what only told two of them apart is forgotten. */
export function mergeWorlds(worlds: readonly World[]): World[] {
  const merged = new Map<string, World>()
  for (const world of worlds) {
    const { key } = world
    const same = merged.get(key)
    if (same === undefined) merged.set(key, world)
    else {
      same.isUnlikely &&= world.isUnlikely
      same.forks = same.forks.slice(0, findFork(same, world))
      same.unchecked = [...new Set([...same.unchecked, ...world.unchecked])]
    }
  }
  return [...merged.values()]
}

/** Which of the forks is the first at which two worlds went different ways. */
export function findFork(one: World, other: World): number {
  const index = one.forks.findIndex(
    (fork, at) => fork.at !== other.forks[at]?.at || fork.isTrue !== other.forks[at]?.isTrue,
  )
  return index === -1 ? one.forks.length : index
}
