/** The ways in which a command may end. */

import type { Origin } from '../../errors.ts'
import type { Path, Result, Setting } from './interpreter.ts'
import { type Content, checkLength, NOTHING, type NotKnown } from './values.ts'
import { type Fork, mergeWorlds, World } from './world.ts'

/** What was asked, and the world in which it was not answered yet; undefined where it does not matter. */
export interface Question {
  readonly text: string
  readonly at: Origin
  readonly before?: World | undefined
}

/** The ways on which a result leads: two, where it matters and is not certain. */
export function toPaths(
  { world, isCondition }: Pick<Setting, 'world' | 'isCondition'>,
  { output = NOTHING, status = 'likely' }: Result,
  { text, at, before }: Question,
): Path[] {
  const isTrue = status !== false && status !== 'unlikely'
  if (typeof status === 'boolean' || !isCondition) {
    world.status = typeof status === 'boolean' ? status : undefined
    return [{ world, flow: undefined, isTrue, output }]
  }
  const other = new World(status === 'open' ? world : before)
  if (status !== 'open') other.isUnlikely = true
  const answer = (on: World, answered: boolean, printed: Content): Path => {
    const fork: Fork = { text, at, isTrue: answered }
    on.forks = [...on.forks, fork]
    on.status = answered
    return { world: on, flow: undefined, isTrue: answered, output: printed }
  }
  return [answer(world, isTrue, output), answer(other, !isTrue, status === 'open' ? output : NOTHING)]
}

/** Writes down what is not known of a command. */
export function note(world: World, { message, why }: NotKnown, at: Origin): Content {
  const cause = why ?? { why: message, at }
  world.unknown.push({ why: message, at: cause.at ?? at, cause })
  return { kind: 'unknown', cause }
}

/** Ways that have led to the same are one. */
export function mergePaths(paths: readonly Path[]): Path[] {
  if (paths.length < 2) return [...paths]
  const groups = new Map<string, Path[]>()
  for (const path of paths) {
    const key = keyOf(path)
    path.world.spend(key.length)
    groups.set(key, [...(groups.get(key) ?? []), path])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const worlds = mergeWorlds(group.map(({ world }) => world))
    return first === undefined ? [] : worlds.map((world) => ({ ...first, world }))
  })
}

const keyOf = ({ flow, isTrue, output }: Path): string => JSON.stringify([flow, isTrue, output])

/** What two commands print one after the other. */
export function joinOutput(first: Content, second: Content): Content {
  if (first.kind === 'text' && first.text === '') return second
  if (second.kind === 'text' && second.text === '') return first
  if (first.kind === 'text' && second.kind === 'text') checkLength(first.text.length + second.text.length)
  if (first.kind === 'text' && second.kind === 'text') return { kind: 'text', text: first.text + second.text }
  if (first.kind === 'unknown') return first
  return second.kind === 'unknown'
    ? second
    : { kind: 'unknown', cause: { why: 'what several commands print together' } }
}

/** A world in which nothing was run yet. */
export function start(world: World): Path {
  return { world, flow: undefined, isTrue: true, output: NOTHING }
}

/** What comes after a path, with what was printed on it. */
export function follow(path: Path, run: (world: World) => Path[]): Path[] {
  return run(path.world).map((next) => ({ ...next, output: joinOutput(path.output, next.output) }))
}
