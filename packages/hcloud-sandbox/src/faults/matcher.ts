/** Counts the events that each rule matches, and decides which rules apply. */

import { randomInt } from 'node:crypto'
import { describeRule, type FaultRule } from './rule.ts'

/** Is told of each rule that applies, and where: `api DELETE /servers/* 500 (at DELETE /servers/40000001)`. */
export type OnFault = (text: string) => void

export interface RuleMatcher<Rule extends FaultRule> {
  /** The first rule that applies to an event. */
  first(matches: (rule: Rule) => boolean, place: string): Rule | undefined
  /** All rules that apply to an event, in their order. */
  all(matches: (rule: Rule) => boolean, place: string): Rule[]
}

/**
 * `skip` counts every matching event, also those that another rule applies to; `times` counts only those that the rule applied
 * to. So rules in a row for the same event, each with `times`, make a sequence. With `chance`, a rule that could apply to an
 * event does so only when its chance falls so; without a seed it gets one, which is told with each event.
 */
export function createMatcher<Rule extends FaultRule>(rules: readonly Rule[], onFault?: OnFault): RuleMatcher<Rule> {
  const counted = rules.map((given) => {
    const rule = given.chance === undefined || given.seed !== undefined ? given : { ...given, seed: randomInt(1e9) }
    return { given, rule, matched: 0, applied: 0, draw: createDraws(rule.seed ?? 0) }
  })
  function apply(matches: (rule: Rule) => boolean, place: string, most: number): Rule[] {
    const applying: Rule[] = []
    for (const entry of counted) {
      const { given, rule } = entry
      if (!matches(given)) continue
      entry.matched += 1
      if (entry.matched <= (rule.skip ?? 0) || entry.applied >= (rule.times ?? Number.POSITIVE_INFINITY)) continue
      if (applying.length >= most) continue
      if (rule.chance !== undefined && entry.draw() * 100 >= rule.chance) continue
      entry.applied += 1
      applying.push(given)
      onFault?.(`${describeRule(rule)} (at ${place})`)
    }
    return applying
  }
  return {
    first: (matches, place) => apply(matches, place, 1)[0],
    all: (matches, place) => apply(matches, place, Number.POSITIVE_INFINITY),
  }
}

/** Numbers from 0 up to 1, the same ones for the same seed: a linear congruential generator (Numerical Recipes). */
function createDraws(seed: number): () => number {
  let state = seed >>> 0
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  // The first ones of neighbouring seeds are alike.
  for (let skipped = 0; skipped < 8; skipped++) next()
  return next
}
