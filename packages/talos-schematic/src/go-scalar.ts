/**
 * What an unquoted YAML scalar means to Go's yaml.v4: YAML 1.2's null, booleans and floats, Go's own integer
 * literals (octal with a leading 0, underscores anywhere), and four formats of timestamps.
 * Every rule was compared with v4.0.0-rc.6 on generated input in November 2026.
 */

export type Scalar =
  | { readonly kind: 'text' }
  | { readonly kind: 'null' }
  | { readonly kind: 'merge' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  /** In RFC 3339 form, with nanoseconds where there are any. */
  | { readonly kind: 'time'; readonly text: string }

const TEXT: Scalar = { kind: 'text' }

const WORDS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word): [string, Scalar] => [word, { kind: 'null' }]),
  ...['true', 'True', 'TRUE'].map((word): [string, Scalar] => [word, { kind: 'bool', value: true }]),
  ...['false', 'False', 'FALSE'].map((word): [string, Scalar] => [word, { kind: 'bool', value: false }]),
  ...['.nan', '.NaN', '.NAN'].map((word): [string, Scalar] => [word, { kind: 'float', value: Number.NaN }]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word): [string, Scalar] => [
    word,
    { kind: 'float', value: Number.POSITIVE_INFINITY },
  ]),
  ...['-.inf', '-.Inf', '-.INF'].map((word): [string, Scalar] => [
    word,
    { kind: 'float', value: Number.NEGATIVE_INFINITY },
  ]),
  ...['-0', '-0.0'].map((word): [string, Scalar] => [word, { kind: 'float', value: -0 }]),
  ['<<', { kind: 'merge' }],
])

/** What the scalar means when it stands there without quotes. */
export function resolveScalar(text: string): Scalar {
  const word = WORDS.get(text)
  if (word !== undefined) return word
  if (/^\./.test(text)) return resolveFraction(text)
  if (!/^[-+0-9]/.test(text)) return TEXT
  return resolveTime(text) ?? resolveInteger(text) ?? resolveFloat(text) ?? TEXT
}

/** After a leading dot, underscores may stand between digits only. */
function resolveFraction(text: string): Scalar {
  if (!/^\.\d+(?:_\d+)*(?:[eE][-+]?\d+(?:_\d+)*)?$/.test(text)) return TEXT
  return toFloat(text.replaceAll('_', '')) ?? TEXT
}

function resolveFloat(text: string): Scalar | undefined {
  const plain = text.replaceAll('_', '')
  if (!/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(plain)) return undefined
  return toFloat(plain)
}

/** A number too large for a float stays text. */
function toFloat(digits: string): Scalar | undefined {
  const value = Number(digits)
  return Number.isFinite(value) ? { kind: 'float', value } : undefined
}

const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/

function resolveInteger(text: string): Scalar | undefined {
  const [, sign = '', digits = ''] = INTEGER.exec(text.replaceAll('_', '')) ?? []
  if (digits === '') return undefined
  const magnitude = BigInt(digits.replace(/^0[oO]?(?=[0-7])/, '0o'))
  const value = sign === '-' ? -magnitude : magnitude
  // Signed 64 bits, or unsigned 64 bits when no sign is written; beyond that it is tried as a float.
  const most = sign === '' ? 2n ** 64n : 2n ** 63n
  return value >= -(2n ** 63n) && value < most ? { kind: 'integer', value } : undefined
}

const DATE = String.raw`(\d{4})-(\d{1,2})-(\d{1,2})`
const TIME = String.raw`(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?`
const TIMESTAMP = new RegExp(`^${DATE}(?:[Tt]${TIME}(Z|[-+]\\d\\d:\\d\\d)| +${TIME})?$`)

function resolveTime(text: string): Scalar | undefined {
  const match = TIMESTAMP.exec(text)
  if (match === null) return undefined
  const [, year = '', month = '', day = ''] = match
  const [hour = '0', minute = '0', second = '0', fraction = ''] =
    match[8] === undefined ? match.slice(9, 13) : match.slice(4, 8)
  const zone = match[8] ?? 'Z'
  const [zoneHour = 0, zoneMinute = 0] = zone === 'Z' ? [] : zone.slice(1).split(':').map(Number)
  const inRange =
    isDate(Number(year), Number(month), Number(day)) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60 &&
    zoneHour <= 24 &&
    zoneMinute <= 60
  if (!inRange) return undefined
  const clock = [hour, minute, second].map((part) => part.padStart(2, '0')).join(':')
  const nanos = fraction.slice(0, 9).replace(/0+$/, '')
  const offset = formatZone(zone.charAt(0), zoneHour * 60 + zoneMinute)
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return { kind: 'time', text: `${date}T${clock}${nanos === '' ? '' : `.${nanos}`}${offset}` }
}

function formatZone(sign: string, minutes: number): string {
  if (minutes === 0) return 'Z'
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'))
  return `${sign}${hour}:${minute}`
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return day <= days
}
