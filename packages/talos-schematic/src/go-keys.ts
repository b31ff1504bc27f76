/** The order in which Go's yaml.v4 writes the keys of a map. */

import { resolveScalar } from './go-scalar.ts'
import type { FreeValue } from './schema.ts'

/** Numbers and booleans by value, then null, then text in natural order (`a2` before `a10`), then times. */
export function compareKeys(a: FreeValue, b: FreeValue): number {
  const x = toSortable(a)
  const y = toSortable(b)
  if (x.rank !== y.rank) return x.rank - y.rank
  if (x.value !== y.value) return x.value - y.value
  if (x.tie !== y.tie) return x.tie - y.tie
  if (x.text === y.text) return 0
  return isTextBefore(x.text, y.text) ? -1 : 1
}

interface Sortable {
  /** Numbers and booleans 0, null 1, text 2, times 3. */
  readonly rank: number
  readonly value: number
  /** Equal numbers: a boolean, then an integer, then a float. */
  readonly tie: number
  readonly text: string
}

function toSortable(key: FreeValue): Sortable {
  const text = key.kind === 'text' || key.kind === 'token' ? key.text : ''
  const none = { value: 0, tie: 0, text }
  if (key.kind !== 'token') return { ...none, rank: 2 }
  const scalar = resolveScalar(text)
  switch (scalar.kind) {
    case 'bool':
      return { rank: 0, value: scalar.value ? 1 : 0, tie: 0, text: '' }
    case 'integer':
      return { rank: 0, value: Number(scalar.value), tie: 1, text: '' }
    case 'float':
      return { rank: 0, value: scalar.value, tie: 2, text: '' }
    case 'null':
      return { ...none, rank: 1 }
    default:
      return { ...none, rank: 3 }
  }
}

const isDigit = (char: string | undefined): boolean => char !== undefined && /\p{Nd}/u.test(char)
const isLetter = (char: string): boolean => /\p{L}/u.test(char)

function isTextBefore(a: string, b: string): boolean {
  const left = Array.from(a)
  const right = Array.from(b)
  const shared = Math.min(left.length, right.length)
  for (let at = 0; at < shared; at++) {
    const x = left[at] ?? ''
    const y = right[at] ?? ''
    if (x === y) continue
    if (isLetter(x) && isLetter(y)) return codeOf(x) < codeOf(y)
    // Within a number a letter comes first, since it ends the shorter number; elsewhere it comes last.
    if (isLetter(x) || isLetter(y)) return isDigit(left[at - 1]) ? isLetter(x) : isLetter(y)
    return isNumberBefore(left, right, at)
  }
  return left.length < right.length
}

/** Compares the numbers that start at the first difference, then their lengths, then the characters. */
function isNumberBefore(left: readonly string[], right: readonly string[], at: number): boolean {
  const x = left[at] ?? ''
  const y = right[at] ?? ''
  // Zeros that follow other digits count: 10 is more than 1.
  const start = (x === '0' || y === '0') && followsSignificantDigit(left, at) ? 1n : 0n
  const [xNumber, xEnd] = numberFrom(left, at, start)
  const [yNumber, yEnd] = numberFrom(right, at, start)
  if (xNumber !== yNumber) return xNumber < yNumber
  if (xEnd !== yEnd) return xEnd < yEnd
  return codeOf(x) < codeOf(y)
}

function followsSignificantDigit(chars: readonly string[], at: number): boolean {
  for (let back = at - 1; back >= 0 && isDigit(chars[back]); back--) {
    if (chars[back] !== '0') return true
  }
  return false
}

/** The digits from `at` on as a number, with Go's overflow at 64 bits, and where they end. */
function numberFrom(chars: readonly string[], at: number, start: bigint): [number: bigint, end: number] {
  let total = start
  let end = at
  for (let char = chars[end]; char !== undefined && isDigit(char); char = chars[++end]) {
    total = BigInt.asIntN(64, total * 10n + BigInt(codeOf(char) - 0x30))
  }
  return [total, end]
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0
}
