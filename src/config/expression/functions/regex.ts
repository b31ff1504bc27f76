/** Regular expressions: Go's, as far as JavaScript's mean the same. */

import { NULL, toStringValue, type Value } from '../../value.ts'
import { type Arguments, type FunctionEntry, takes } from './arguments.ts'

/** @throws EvaluationFailure when the pattern is not valid. @param index the argument that it is */
export function toRegExp(pattern: string, args: Arguments, index: number): RegExp {
  const [, flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  const source = pattern
    .replace(/^\(\?[ims]+\)/, '')
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\z', '$')
  try {
    return new RegExp(source, `gu${flags}`)
  } catch {
    try {
      return new RegExp(source, `g${flags}`)
    } catch {
      return args.fail(`not a regular expression: ${pattern}`, index)
    }
  }
}

/** The whole match, or its groups, as `regex` gives them. */
function toMatch(match: RegExpMatchArray): Value {
  const toValue = (text: string | undefined): Value => (text === undefined ? NULL : toStringValue(text))
  if (match.groups !== undefined) {
    return {
      kind: 'object',
      members: new Map(Object.entries(match.groups).map(([name, text]) => [name, toValue(text)])),
    }
  }
  if (match.length > 1) return { kind: 'list', items: match.slice(1).map(toValue) }
  return toValue(match[0])
}

export const REGEX_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  regex: takes(2, 2, (args) => {
    const [match] = args.text(1).matchAll(toRegExp(args.text(0), args, 0))
    return match === undefined ? args.fail(`the pattern does not match: ${args.text(0)}`) : toMatch(match)
  }),
  regexall: takes(2, 2, (args) => {
    const matches = [...args.text(1).matchAll(toRegExp(args.text(0), args, 0))]
    return { kind: 'list', items: matches.map(toMatch) }
  }),
}
