/** Finds out which image the commands of a template write onto the disk, if that is all that they do. */

import type { Origin } from '../../errors.ts'
import { createShell } from './interpret.ts'
import type { Machine } from './interpreter.ts'
import { runSimpleCommand } from './simple-command.ts'
import { keyOfSource } from './sums.ts'
import { type Content, NOTHING, NotKnown, type TextScript } from './values.ts'
import { findFork, mergeWorlds, type Sum, type Unknown, World, type Written } from './world.ts'

/** What is not known about commands, and where. */
export interface Finding {
  readonly message: string
  readonly at: Origin | undefined
}

/** The images that are written: one, unless something is wrong. */
export interface Recognised {
  readonly written: readonly Written[]
  /** The SHA-256 that the commands hold the download against. */
  readonly sum: Sum | undefined
  /** Checks that are not repeated, since only the build server knows their sums. */
  readonly unchecked: readonly Finding[]
  readonly problem: Finding | undefined
}

/** A script that is uploaded, and the command that runs it. */
export interface Commands {
  readonly file: TextScript
  /** Where the script lies. */
  readonly path: string
  readonly command: string
  readonly at: Origin
  readonly environment: ReadonlyMap<string, string>
}

/** Follows what is done on a machine, step by step. */
export class Recogniser {
  readonly #machine: Machine
  readonly #shell = createShell(runSimpleCommand)
  #worlds: World[] = [new World()]

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** @returns what is not known about it */
  put(path: string, content: Content, at: Origin): Finding | undefined {
    try {
      for (const world of this.#worlds) world.write(path, content)
      return undefined
    } catch (error) {
      if (error instanceof NotKnown) return { message: error.message, at }
      throw error
    }
  }

  /** @returns everything that is not known about it, the first in the text first */
  run(commands: Commands): Finding[] {
    try {
      return this.#follow(commands)
    } catch (error) {
      if (!(error instanceof NotKnown)) throw error
      this.#worlds = [new World()]
      return [{ message: `${UNKNOWN}: ${error.message}`, at: error.why?.at ?? commands.at }]
    }
  }

  #follow({ file, path, command, at, environment }: Commands): Finding[] {
    const paths = this.#worlds.flatMap((old) => {
      const world = old.renewed()
      world.files.set(path, { kind: 'text', ...file })
      for (const [name, value] of environment) world.variables.set(name, { text: value })
      world.exported = new Set(world.variables.keys())
      const script = { place: () => at }
      const setting = { machine: this.#machine, shell: this.#shell, script, world, input: NOTHING, isCondition: false }
      return this.#shell.runText(command, script, setting)
    })
    const successful = paths.filter(({ isTrue }) => isTrue).map(({ world }) => world)
    const ended = successful.length > 0 ? successful : paths.map(({ world }) => world)
    const unknown = toFindings(ended.flatMap((world) => world.unknown))
    for (const world of successful) world.unknown = []
    this.#worlds = successful.length > 0 ? mergeWorlds(successful.map((world) => world.renewed())) : [new World()]
    if (unknown.length > 0)
      return unknown.map(({ message, at: place }) => ({ message: `${UNKNOWN}: ${message}`, at: place }))
    return successful.length > 0 ? [] : [{ message: 'the commands always fail', at: paths[0]?.world.at ?? at }]
  }

  finish(): Recognised {
    const unlikely = this.#worlds.filter(({ isUnlikely }) => isUnlikely)
    const [first = new World(), ...others] = this.#worlds.filter(({ isUnlikely }) => !isUnlikely)
    const written = [...new Map(first.written.map((one) => [keyOfSource(one.source), one])).values()]
    const [one] = written
    return {
      written,
      sum: one && first.sums.get(keyOfSource(one.source)),
      unchecked: toFindings(first.unchecked),
      problem: findDifference(first, [...others, ...unlikely]),
    }
  }
}

const UNKNOWN = 'unsupported command'

/** What follows from something that is not known is left out. */
function toFindings(all: readonly Unknown[]): Finding[] {
  const byCause = new Map<string, Unknown>()
  for (const one of all) {
    const key = JSON.stringify(one.cause)
    if (!byCause.has(key)) byCause.set(key, one)
  }
  return [...byCause.values()].map(({ why, at }) => ({ message: why, at }))
}

/** Where it depends on something that is not known what is written. */
function findDifference(first: World, others: readonly World[]): Finding | undefined {
  const contentOf = (world: World): string =>
    JSON.stringify([...new Set(world.written.map(({ source }) => keyOfSource(source)))].sort())
  for (const other of others) {
    if (contentOf(other) === contentOf(first) || (other.isUnlikely && other.written.length === 0)) continue
    const fork = first.forks[findFork(first, other)] ?? other.forks.at(-1)
    const what = fork === undefined ? 'something that only the build server knows' : `"${fork.text}"`
    const verb = other.isUnlikely ? 'another image is written if this fails' : 'which image is written depends on this'
    return { message: `${verb}: ${what}`, at: fork?.at }
  }
  return undefined
}
