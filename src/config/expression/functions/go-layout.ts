/** Times as Go writes them: a layout is an example, of `Mon Jan 2 15:04:05 MST 2006`. */

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

export const monthName = (time: Date): string => MONTHS[time.getUTCMonth()] ?? ''
export const dayName = (time: Date): string => DAYS[time.getUTCDay()] ?? ''

/** From 1. */
export function dayOfYear(time: Date): number {
  return Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
}

const pad = (number: number, width = 2, fill = '0'): string => String(number).padStart(width, fill)
const hour12 = (time: Date): number => time.getUTCHours() % 12 || 12
const half = (time: Date): string => (time.getUTCHours() < 12 ? 'AM' : 'PM')

/** What an example stands for, in UTC. */
const PARTS: Readonly<Record<string, (time: Date) => string>> = {
  January: monthName,
  Jan: (time) => monthName(time).slice(0, 3),
  Monday: dayName,
  Mon: (time) => dayName(time).slice(0, 3),
  MST: () => 'UTC',
  '1': (time) => String(time.getUTCMonth() + 1),
  '01': (time) => pad(time.getUTCMonth() + 1),
  '2': (time) => String(time.getUTCDate()),
  '02': (time) => pad(time.getUTCDate()),
  _2: (time) => pad(time.getUTCDate(), 2, ' '),
  '002': (time) => pad(dayOfYear(time), 3),
  __2: (time) => pad(dayOfYear(time), 3, ' '),
  '15': (time) => pad(time.getUTCHours()),
  '3': (time) => String(hour12(time)),
  '03': (time) => pad(hour12(time)),
  '4': (time) => String(time.getUTCMinutes()),
  '04': (time) => pad(time.getUTCMinutes()),
  '5': (time) => String(time.getUTCSeconds()),
  '05': (time) => pad(time.getUTCSeconds()),
  '06': (time) => pad(time.getUTCFullYear() % 100),
  '2006': (time) => pad(time.getUTCFullYear(), 4),
  PM: half,
  pm: (time) => half(time).toLowerCase(),
}

/** The longest first; `Jan` and `Mon` are no parts of longer words. */
const PART =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|002|0[1-6]|__2|_2(?!006)|15|[1-5]|PM|pm|[-Z]07(?::?00){0,2}|[.,](?:0+|9+)(?!\d)/g

export function formatGoLayout(layout: string, time: Date): string {
  return layout.replace(PART, (part) => {
    if (part.startsWith('Z')) return 'Z'
    if (part.startsWith('-')) return part.replace(/[-7]/g, (sign) => (sign === '-' ? '+' : '0'))
    if (/^[.,]/.test(part)) return formatFraction(part, time)
    return PARTS[part]?.(time) ?? part
  })
}

/** `.000` has its zeros, `.999` leaves them out. */
function formatFraction(part: string, time: Date): string {
  const digits = pad(time.getUTCMilliseconds(), 3)
    .padEnd(9, '0')
    .slice(0, part.length - 1)
  const kept = part.includes('0') ? digits : digits.replace(/0+$/, '')
  return kept === '' ? '' : part.charAt(0) + kept
}

/** `legacy_strftime`: what follows a `%`, in Go's words; others stay as they are. */
const STRFTIME: Readonly<Record<string, string>> = {
  A: 'Monday',
  a: 'Mon',
  B: 'January',
  b: 'Jan',
  d: '02',
  H: '15',
  I: '03',
  L: '.000',
  M: '04',
  m: '01',
  p: 'PM',
  S: '05',
  Y: '2006',
  y: '06',
  Z: 'MST',
  z: '-0700',
}

export function formatStrftime(format: string, time: Date): string {
  return format.replace(/%(.)/gs, (sequence, letter: string) => {
    if (letter === '%') return '%'
    const layout = Object.hasOwn(STRFTIME, letter) ? STRFTIME[letter] : undefined
    return layout === undefined ? sequence : formatGoLayout(layout, time)
  })
}
