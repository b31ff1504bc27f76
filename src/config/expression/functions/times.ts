/** Functions on times. `timestamp()` is the same for the whole process, as in one run of Packer. */

import { toStringValue } from '../../value.ts'
import { type Arguments, type FunctionEntry, takes } from './arguments.ts'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** @param now what `timestamp()` gives */
export function timeFunctions(now: Date): Readonly<Record<string, FunctionEntry>> {
  return {
    timestamp: takes(0, 0, () => toStringValue(now.toISOString().replace(/\.\d+Z$/, 'Z'))),
    formatdate: takes(2, 2, (args) => toStringValue(formatDate(args, parseTime(args, 1)))),
    timeadd: takes(2, 2, (args) => {
      const added = new Date(parseTime(args, 0).getTime() + parseDuration(args, 1))
      return toStringValue(added.toISOString().replace(/\.\d+Z$/, 'Z'))
    }),
  }
}

function parseTime(args: Arguments, index: number): Date {
  const time = new Date(args.text(index))
  return Number.isNaN(time.getTime()) ? args.fail(`"${args.text(index)}" is not a time`, index) : time
}

/** `formatdate`: letters that repeat stand for parts of the time, and quotes keep them from it. */
function formatDate(args: Arguments, time: Date): string {
  return args.text(0).replace(/'((?:[^']|'')*)'|([A-Za-z])\2*/g, (sequence, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted.replaceAll("''", "'")
    return formatPart(sequence, time) ?? args.fail(`"${sequence}" is not a part of a time`, 0)
  })
}

function formatPart(part: string, time: Date): string | undefined {
  const [month, day] = [MONTHS[time.getUTCMonth()] ?? '', DAYS[time.getUTCDay()] ?? '']
  const hour = time.getUTCHours()
  const number = { M: time.getUTCMonth() + 1, D: time.getUTCDate(), h: hour, H: hour % 12 || 12 }[part.charAt(0)]
  const small = number ?? { m: time.getUTCMinutes(), s: time.getUTCSeconds() }[part.charAt(0)]
  if (small !== undefined && part.length <= 2) return String(small).padStart(part.length, '0')
  const others: Readonly<Record<string, string>> = {
    YY: String(time.getUTCFullYear() % 100).padStart(2, '0'),
    YYYY: String(time.getUTCFullYear()).padStart(4, '0'),
    MMM: month.slice(0, 3),
    MMMM: month,
    EEE: day.slice(0, 3),
    EEEE: day,
    AA: hour < 12 ? 'AM' : 'PM',
    aa: hour < 12 ? 'am' : 'pm',
    Z: 'Z',
    ZZZ: 'UTC',
    ZZZZ: '+0000',
    ZZZZZ: '+00:00',
  }
  return others[part]
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A duration as Go writes it, such as `1h30m`, in milliseconds; undefined for other texts. */
export function parseGoDuration(text: string): number | undefined {
  if (!/^-?(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return text === '0' ? 0 : undefined
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  const sum = parts.reduce((ms, [, count, unit = '']) => ms + Number(count) * (UNITS_MS[unit] ?? 0), 0)
  return text.startsWith('-') ? -sum : sum
}

function parseDuration(args: Arguments, index: number): number {
  return parseGoDuration(args.text(index)) ?? args.fail(`"${args.text(index)}" is not a duration`, index)
}
