/** Counts the events that each rule matches, and decides which rules apply. */

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
 * to. So rules in a row for the same event, each with `times`, make a sequence.
 */
export function createMatcher<Rule extends FaultRule>(rules: readonly Rule[], onFault?: OnFault): RuleMatcher<Rule> {
  const counted = rules.map((rule) => ({ rule, matched: 0, applied: 0 }))
  function apply(matches: (rule: Rule) => boolean, place: string, most: number): Rule[] {
    const applying: Rule[] = []
    for (const entry of counted) {
      const { rule } = entry
      if (!matches(rule)) continue
      entry.matched += 1
      if (entry.matched <= (rule.skip ?? 0) || entry.applied >= (rule.times ?? Number.POSITIVE_INFINITY)) continue
      if (applying.length >= most) continue
      entry.applied += 1
      applying.push(rule)
      onFault?.(`${describeRule(rule)} (at ${place})`)
    }
    return applying
  }
  return {
    first: (matches, place) => apply(matches, place, 1)[0],
    all: (matches, place) => apply(matches, place, Number.POSITIVE_INFINITY),
  }
}
