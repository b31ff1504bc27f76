/** Regular expressions: Go's, and like those in a time that grows with the text alone. */

import { compileRegularExpression, type Match, matchAll } from '../../regular-expression.ts'
import { NULL, toStringValue, type Value } from '../../value.ts'
import { sizeOf } from '../budget.ts'
import { type Arguments, type FunctionEntry, takes } from './arguments.ts'

/** The matches of a pattern in a text. @param index the argument that is the pattern @throws EvaluationFailure when it is not valid */
export function findMatches(args: Arguments, index: number, text: string): Iterable<Match> {
  const pattern = args.text(index)
  const compiled = compileRegularExpression(pattern)
  if (compiled === undefined) return args.fail(`not a regular expression: ${shorten(pattern)}`, index)
  return counted(matchAll(compiled, text))

  /** Where one ends, the next is looked for in all that follows. */
  function* counted(matches: Iterable<Match>): Generator<Match> {
    args.take(text.length)
    for (const match of matches) {
      args.take((text.length - match.index) / 2)
      yield match
    }
  }
}

const shorten = (pattern: string): string => (pattern.length > 200 ? `${pattern.slice(0, 200)}...` : pattern)

/** The whole match, or its groups, as `regex` gives them. */
function toMatch({ texts, groups }: Match): Value {
  const toValue = (text: string | undefined): Value => (text === undefined ? NULL : toStringValue(text))
  if (groups !== undefined) {
    return {
      kind: 'object',
      members: new Map(Object.entries(groups).map(([name, text]) => [name, toValue(text)])),
    }
  }
  const [whole, ...others] = texts
  return others.length === 0 ? toStringValue(whole) : { kind: 'list', items: others.map(toValue) }
}

export const REGEX_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  regex: takes(2, 2, (args) => {
    for (const match of findMatches(args, 0, args.text(1))) return toMatch(match)
    return args.fail(`the pattern does not match: ${shorten(args.text(0))}`)
  }),
  regexall: takes(2, 2, (args) => {
    const items: Value[] = []
    for (const match of findMatches(args, 0, args.text(1))) {
      const value = toMatch(match)
      args.take(sizeOf(value).bytes)
      items.push(value)
    }
    return { kind: 'list', items }
  }),
}
