/** Loops: each way goes round on its own, until it leaves. */

import type { ArithmeticFor, CompoundList, For, While } from 'unbash'
import { calculate } from './arithmetic.ts'
import { expandWords, toNumbers } from './expand.ts'
import type { Path, Setting } from './interpreter.ts'
import { follow, mergePaths, start } from './paths.ts'
import { NotKnown, type Value } from './values.ts'
import { World } from './world.ts'

/** Longer loops are not followed. */
const MAX_ROUNDS = 200

/** `for NAME in WORDS`. */
export function runFor({ name, wordlist, body }: For, setting: Setting): Path[] {
  const { world } = setting
  const values = wordlist?.flatMap((word) => expandWords(word, setting)) ?? world.lists.get('@') ?? []
  const isOpen = values.some(({ cause }) => cause !== undefined)
  return loop(setting, body, (path, round) => {
    const value: Value | undefined = values[round]
    if (value === undefined) return { enter: [], leave: [path] }
    path.world.variables.set(name.value, value)
    return { enter: [path], leave: isOpen ? [{ ...path, world: new World(path.world) }] : [] }
  })
}

/** `for ((...))`. */
export function runArithmeticFor({ initialize, test, update, body }: ArithmeticFor, setting: Setting): Path[] {
  calculate(initialize, toNumbers(setting))
  return loop(setting, body, (path, round) => {
    const numbers = toNumbers({ ...setting, world: path.world })
    if (round > 0) calculate(update, numbers)
    const number = test === undefined ? 1 : calculate(test, numbers)
    if (number === undefined) throw new NotKnown('how often a loop runs')
    return number === 0 ? { enter: [], leave: [path] } : { enter: [path], leave: [] }
  })
}

/** `while` and `until`. */
export function runWhile({ kind, clause, body }: While, setting: Setting): Path[] {
  const seen = new Set<string>()
  return loop(setting, body, (path) => {
    const key = path.world.key + JSON.stringify(path.output)
    // It would go on for ever.
    if (seen.has(key)) return { enter: [], leave: [] }
    seen.add(key)
    const answers = follow(path, (world) =>
      setting.shell.runList(clause.commands, { ...setting, world, isCondition: true }),
    )
    const goesOn = (one: Path): boolean => one.flow === undefined && one.isTrue === (kind === 'while')
    return { enter: answers.filter(goesOn), leave: answers.filter((one) => !goesOn(one)) }
  })
}

/** @param decide which ways go through the body once more, and which do not */
function loop(
  setting: Setting,
  body: CompoundList,
  decide: (path: Path, round: number) => { readonly enter: readonly Path[]; readonly leave: readonly Path[] },
): Path[] {
  let live: Path[] = [start(setting.world)]
  const left: Path[] = []
  for (let round = 0; live.length > 0; round += 1) {
    if (round > MAX_ROUNDS) throw new NotKnown('a loop does not end')
    const decided = live.map((path) => decide(path, round))
    left.push(...decided.flatMap(({ leave }) => leave).map((path) => (path.flow ? path : { ...path, isTrue: true })))
    const inside = { ...setting, isCondition: false }
    const paths = decided
      .flatMap(({ enter }) => enter)
      .flatMap((path) => follow(path, (world) => setting.shell.runList(body.commands, { ...inside, world })))
    const ends = ({ flow }: Path): boolean => flow !== undefined && flow !== 'continue'
    left.push(...paths.filter(ends).map((path) => (path.flow === 'break' ? over(path) : path)))
    live = mergePaths(paths.filter((path) => !ends(path)).map(over))
  }
  return mergePaths(left)
}

/** The round of a loop is over. */
const over = (path: Path): Path => ({ ...path, flow: undefined, isTrue: true })
