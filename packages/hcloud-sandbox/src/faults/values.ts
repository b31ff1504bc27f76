/** The values that options of a rule take: from text, and back to the shortest text that means the same. */

export interface ValueKind {
  /** What it must be, for people: `a duration such as 500ms, 2s or 1m`. */
  readonly what: string
  /** The value; undefined for an invalid text. */
  parse(text: string): string | number | undefined
  format(value: string | number): string
}

/** In milliseconds, up to a day. */
export const DURATION: ValueKind = unitValue('a duration such as 500ms, 2s or 1m, at most 1440m', 24 * 60 * 60_000, [
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
])

const MIB = 1024 * 1024

/** In bytes, up to a PiB. */
export const BYTES: ValueKind = unitValue('a number of bytes such as 1000000, 64KiB or 10MiB', MIB * 1024 * MIB, [
  ['GiB', 1024 * MIB],
  ['MiB', MIB],
  ['KiB', 1024],
  ['', 1],
])

/** More than nothing and at most 100, with up to three digits behind the point. */
export const PERCENT: ValueKind = {
  what: 'a share such as 5% or 0.5%',
  parse(text) {
    const share = Number(/^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text)?.[1] ?? Number.NaN)
    return share > 0 && share <= 100 ? share : undefined
  },
  format: (value) => `${value}%`,
}

/** A whole number from `least` on. */
export function countFrom(least: number): ValueKind {
  return {
    what: `a whole number from ${least} on`,
    parse: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= least ? Number(text) : undefined),
    format: String,
  }
}

/** One of some words. */
export function oneOf(...words: readonly string[]): ValueKind {
  return { what: words.join(' or '), parse: (text) => (words.includes(text) ? text : undefined), format: String }
}

/** Any text. */
export const TEXT: ValueKind = { what: 'a text', parse: (text) => text, format: String }

/** As the API writes its codes. */
export const CODE: ValueKind = {
  what: 'a code of small letters, digits and underscores, such as rate_limit_exceeded',
  parse: (text) => (/^[a-z][a-z0-9_]*$/.test(text) ? text : undefined),
  format: String,
}

/** @param units from the largest to that of the value itself */
function unitValue(what: string, most: number, units: readonly (readonly [string, number])[]): ValueKind {
  return {
    what,
    parse(text) {
      const [, digits, unit] = /^(\d{1,15})([A-Za-z]*)$/.exec(text) ?? []
      const factor = units.find(([name]) => name === unit)?.[1]
      const value = Number(digits) * (factor ?? Number.NaN)
      return value <= most ? value : undefined
    },
    format(value) {
      const fits = units.find(([, factor]) => value !== 0 && Number(value) % factor === 0)
      const [name, factor] = fits ?? units.at(-1) ?? ['', 1]
      return `${Number(value) / factor}${name}`
    },
  }
}
