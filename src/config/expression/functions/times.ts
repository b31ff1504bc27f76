/** Functions on times. `timestamp()` is the same for the whole process, as in one run of Packer. */

import { toNumberValue, toStringValue, type Value } from '../../value.ts'
import { type Arguments, type FunctionEntry, takes } from './arguments.ts'
import { dayName, dayOfYear, formatGoLayout, formatStrftime, monthName } from './go-layout.ts'

/** What templates get for the present, by whatever function. */
export const NOW = new Date()

/** With seconds, as Go has it for RFC 3339. */
export const formatSeconds = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z')

/** @param format how the time is written, given its text; with seconds where there is none */
const presentAs = (format: (text: string, time: Date) => string, now: Date): FunctionEntry =>
  takes(0, 1, (args) => toStringValue(args.count === 0 ? formatSeconds(now) : format(args.text(0), now)))

/** @param now the present */
export function timeFunctions(now: Date): Readonly<Record<string, FunctionEntry>> {
  return {
    timestamp: takes(0, 0, () => toStringValue(formatSeconds(now))),
    legacy_isotime: presentAs(formatGoLayout, now),
    legacy_strftime: presentAs(formatStrftime, now),
    rfc3339_parse: takes(1, 1, parseRfc3339),
    unix_timestamp_parse: takes(1, 1, (args) => {
      const time = new Date(args.number(0) * 1000)
      if (!Number.isInteger(args.number(0)) || Number.isNaN(time.getTime())) {
        return args.fail('whole seconds are needed here', 0)
      }
      return toParts(time, ['rfc3339', toStringValue(formatSeconds(time))])
    }),
    formatdate: takes(2, 2, (args) => toStringValue(formatDate(args, parseTime(args, 1)))),
    timeadd: takes(2, 2, (args) => {
      const added = new Date(parseTime(args, 0).getTime() + parseDuration(args, 1))
      if (Number.isNaN(added.getTime())) return args.fail('there is no such time')
      return toStringValue(formatSeconds(added))
    }),
  }
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d+)?)(Z|[-+]\d\d:\d\d)$/

/** The parts are those of the time as it is written, whatever its zone. */
function parseRfc3339(args: Arguments): Value {
  const [, date, clock = '', zone = ''] = RFC3339.exec(args.text(0)) ?? []
  const seconds = clock.replace(/[.,].*/, '')
  const [local, time] = ['Z', zone].map((one) => new Date(`${date}T${seconds}${one}`))
  if (local === undefined || time === undefined || Number.isNaN(time.getTime())) {
    return args.fail(`"${args.text(0)}" is not a time as RFC 3339 has it`, 0)
  }
  return toParts(local, ['unix', toNumberValue(time.getTime() / 1000)])
}

/** Everything that a date tells, and one thing more. */
function toParts(time: Date, more: readonly [string, Value]): Value {
  // The week of a day is that of its Thursday.
  const thursday = new Date(time.getTime() + (4 - (time.getUTCDay() || 7)) * 86_400_000)
  const numbers = Object.entries({
    year: time.getUTCFullYear(),
    year_day: dayOfYear(time),
    month: time.getUTCMonth() + 1,
    day: time.getUTCDate(),
    weekday: time.getUTCDay(),
    hour: time.getUTCHours(),
    minute: time.getUTCMinutes(),
    second: time.getUTCSeconds(),
    iso_year: thursday.getUTCFullYear(),
    iso_week: Math.ceil(dayOfYear(thursday) / 7),
  })
  return {
    kind: 'object',
    members: new Map<string, Value>([
      ...numbers.map(([name, number]) => [name, toNumberValue(number)] as const),
      ['month_name', toStringValue(monthName(time))],
      ['weekday_name', toStringValue(dayName(time))],
      more,
    ]),
  }
}

function parseTime(args: Arguments, index: number): Date {
  const time = new Date(RFC3339.test(args.text(index)) ? args.text(index) : Number.NaN)
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
  const [month, day] = [monthName(time), dayName(time)]
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
