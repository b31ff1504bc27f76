/** `format`: Go's verbs, as far as templates use them. */

import { isScalar } from '../../value.ts'
import type { Arguments } from './arguments.ts'
import { toJson } from './json.ts'

const VERB = /%(?<flags>[-+ 0#]*)(?<width>[1-9]\d*)?(?:\.(?<precision>\d+))?(?:\[(?<index>\d+)\])?(?<verb>[a-zA-Z%])/g

/** The text that the first argument describes. @throws EvaluationFailure when it and the others do not fit */
export function format(args: Arguments): string {
  let next = 1
  const text = args.text(0).replace(VERB, (...match) => {
    const groups: Record<string, string | undefined> = match.at(-1)
    const { flags = '', width, precision, verb = '' } = groups
    if (verb === '%') return '%'
    const index = groups.index === undefined ? next : Number(groups.index)
    next = index + 1
    if (index >= args.count) return args.fail(`"format" has no argument for ${match[0]}`)
    args.take(Number(width ?? 0) + Number(precision ?? 0))
    const formatted = formatOne(args, index, verb, precision, flags)
    return pad(formatted, Number(width ?? 0), flags, /[dfeg]/.test(verb))
  })
  if (next < args.count) args.fail('"format" has more arguments than the text has places for')
  return text
}

function formatOne(args: Arguments, index: number, verb: string, precision: string | undefined, flags: string): string {
  const sign = (number: number, text: string): string => (flags.includes('+') && number >= 0 ? `+${text}` : text)
  switch (verb) {
    case 's':
      return cut(args.text(index), precision)
    case 'q':
      return JSON.stringify(args.text(index))
    case 'v': {
      const value = args.value(index)
      return isScalar(value) ? cut(value.text, precision) : JSON.stringify(toJson(value))
    }
    case 't':
      return String(args.bool(index))
    case 'd': {
      const number = args.number(index)
      return sign(number, BigInt(Math.trunc(number)).toString())
    }
    case 'f': {
      const number = args.number(index)
      return sign(number, toFixed(number, Number(precision ?? 6), args))
    }
    case 'x':
    case 'X':
    case 'o':
    case 'b': {
      const digits = Math.trunc(args.number(index)).toString(verb === 'o' ? 8 : verb === 'b' ? 2 : 16)
      return verb === 'X' ? digits.toUpperCase() : digits
    }
    default:
      return args.fail(`"format" is not known to write %${verb} here`)
  }
}

/** JavaScript writes no more places than these, and numbers from 1e21 on without any. */
const MOST_PLACES = 100

function toFixed(number: number, places: number, args: Arguments): string {
  if (!Number.isInteger(number)) {
    return places <= MOST_PLACES
      ? number.toFixed(places)
      : args.fail(`"format" writes at most ${MOST_PLACES} places of such a number here`)
  }
  return BigInt(number).toString() + (places === 0 ? '' : `.${'0'.repeat(places)}`)
}

const cut = (text: string, precision: string | undefined): string =>
  precision === undefined ? text : [...text].slice(0, Number(precision)).join('')

function pad(text: string, width: number, flags: string, isNumber: boolean): string {
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0') || !isNumber) return text.padStart(width)
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text) ?? []
  return sign + digits.padStart(width - sign.length, '0')
}
