/** Counts how often each rule has met its moment, and decides which ones strike. */

import { describeRule, type FaultRule } from './rule.ts'

/** Is told of each rule that strikes, and where: `api DELETE /servers/* 500 (at DELETE /servers/40000001)`. */
export type OnFault = (text: string) => void

export interface Strikes<Rule extends FaultRule> {
  /** The first rule that strikes at this moment. */
  first(matches: (rule: Rule) => boolean, place: string): Rule | undefined
  /** All rules that strike at this moment, in their order. */
  all(matches: (rule: Rule) => boolean, place: string): Rule[]
}

/**
 * `skip` counts every matching moment, also those that another rule takes; `times` counts only strikes. So rules in a row
 * for the same moment, each with `times`, make a sequence.
 */
export function createStrikes<Rule extends FaultRule>(rules: readonly Rule[], onFault?: OnFault): Strikes<Rule> {
  const counted = rules.map((rule) => ({ rule, met: 0, struck: 0 }))
  function strike(matches: (rule: Rule) => boolean, place: string, most: number): Rule[] {
    const striking: Rule[] = []
    for (const entry of counted) {
      const { rule } = entry
      if (!matches(rule)) continue
      entry.met += 1
      if (entry.met <= (rule.skip ?? 0) || entry.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) continue
      if (striking.length >= most) continue
      entry.struck += 1
      striking.push(rule)
      onFault?.(`${describeRule(rule)} (at ${place})`)
    }
    return striking
  }
  return {
    first: (matches, place) => strike(matches, place, 1)[0],
    all: (matches, place) => strike(matches, place, Number.POSITIVE_INFINITY),
  }
}
