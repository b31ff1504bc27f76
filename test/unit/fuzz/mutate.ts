/** Valid documents made wrong: in their structure, in their text, in their bytes. */

import { pickAny, type Random } from './random.ts'

/** A secret of each kind that must never get into a message as it is. */
export const SECRETS = {
  token: 'fuzz0123456789abcdefghijklmnopqrstuvwxyz',
  privateKey:
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----',
} as const

const STRINGS = [
  '',
  ' ',
  '\0',
  '\u001b[2J\u001b]0;title\u0007',
  '\r\nX-Other: 1',
  '\ud800',
  '\u202egnp.exe',
  '../../etc/passwd',
  '%00%s%n',
  '__proto__',
  'constructor',
  '1e400',
  '2026-13-99T99:99:99Z',
  'running',
  'error',
  'x'.repeat(20_000),
  SECRETS.privateKey,
  `Bearer ${SECRETS.token}`,
] as const

const NUMBERS = [0, -0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 64, Number.MIN_VALUE, 1e21] as const

/** Something else than what was there. */
function strange(random: Random): unknown {
  return random.pick<() => unknown>([
    () => random.pick(STRINGS),
    () => random.pick(NUMBERS),
    () => null,
    () => random.chance(0.5),
    () => [],
    () => ({}),
    () => nested(random.pick([10, 100, 1000])),
    () => Array.from({ length: random.pick([1, 60, 1000]) }, () => null),
    () => Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index])),
    () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
  ])()
}

/** Arrays in arrays. */
function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { deeper: value }
  return value
}

/** A copy of a JSON value with one to three changes somewhere in it. */
export function mutateJson(random: Random, value: unknown): unknown {
  let mutated = value
  for (let changes = 1 + random.below(3); changes > 0; changes--) mutated = mutateOnce(random, mutated)
  return mutated
}

function mutateOnce(random: Random, value: unknown): unknown {
  if (random.chance(0.08)) return strange(random)
  if (Array.isArray(value)) return mutateList(random, value)
  if (typeof value === 'object' && value !== null) return mutateObject(random, value)
  if (typeof value === 'string' && random.chance(0.5)) return mutateText(random, value)
  if (typeof value === 'number' && random.chance(0.3)) return String(value)
  return strange(random)
}

function mutateList(random: Random, list: readonly unknown[]): unknown[] {
  if (list.length === 0) return [strange(random)]
  const at = random.below(list.length)
  return random.pick<() => unknown[]>([
    () => list.toSpliced(at, 1),
    () => list.toSpliced(at, 0, list[at]),
    () => list.toSpliced(at, 0, strange(random)),
    () => list.toReversed(),
    () => Array.from({ length: 300 }, () => list[at]),
    () => list.with(at, mutateOnce(random, list[at])),
    () => list.with(at, mutateOnce(random, list[at])),
  ])()
}

function mutateObject(random: Random, object: object): unknown {
  const entries: [string, unknown][] = Object.entries(object)
  const chosen = pickAny(random, entries)
  if (chosen === undefined) return { unexpected: strange(random) }
  const [key, value] = chosen
  const others = entries.filter(([name]) => name !== key)
  return random.pick<() => unknown>([
    () => Object.fromEntries(others),
    () => Object.fromEntries([...others, [`${key}s`, value]]),
    () => ({ ...object, [key]: strange(random) }),
    () => ({ ...object, [key]: null }),
    () => ({ ...object, unexpected: strange(random) }),
    ...Array.from({ length: 4 }, () => () => ({ ...object, [key]: mutateOnce(random, value) })),
  ])()
}

/** A text with one to four changes: cut, repeated, exchanged, strewn with odd characters. */
export function mutateText(random: Random, text: string): string {
  let mutated = text
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(mutated.length + 1)
    const length = random.below(Math.min(40, mutated.length - at + 1))
    const [before, middle, after] = [mutated.slice(0, at), mutated.slice(at, at + length), mutated.slice(at + length)]
    mutated = random.pick<() => string>([
      () => before + after,
      () => before + middle + middle + after,
      () => before + random.pick(ODD) + after,
      () => before + random.pick(ODD).repeat(random.pick([2, 50, 2000])) + after,
      () => after + before,
      () => before,
      () => before + String.fromCharCode(random.below(0x10000)) + middle + after,
      () => before + random.pick(STRINGS) + middle + after,
    ])()
  }
  return mutated
}

/** What means something to one of the formats that are read. */
const ODD = [
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '${',
  '%{',
  '<<EOT\n',
  '#',
  '//',
  '/*',
  '*/',
  '=',
  ':',
  ',',
  '-',
  '- ',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\0',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ufffd',
  '&a',
  '*a',
  '!!binary ',
  '|',
  '>',
  '? ',
  '@',
  '`',
  '---\n',
  '...\n',
  '~',
  '1e999',
  '-',
  '0x',
  '.',
  '😀',
] as const

/** Bytes with one to four changes: flipped, cut, doubled, made into no UTF-8. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  let mutated = Buffer.from(bytes)
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(mutated.length + 1)
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)]
    mutated = random.pick<() => Buffer<ArrayBuffer>>([
      () =>
        Buffer.concat([
          before,
          Buffer.of(after.length === 0 ? 0 : (after[0] ?? 0) ^ (1 << random.below(8))),
          after.subarray(1),
        ]),
      () => Buffer.from(before),
      () => Buffer.concat([before, Buffer.of(0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80), after]),
      () => Buffer.concat([before, after.subarray(random.below(64))]),
      () => Buffer.concat([before, Buffer.alloc(random.pick([1, 16, 4096]), random.below(256)), after]),
      () => Buffer.concat([mutated, mutated.subarray(0, 65_536)]),
      () => Buffer.concat([before, Buffer.from(random.pick(['[', '{"a":', '(', '- ']).repeat(20_000)), after]),
    ])()
  }
  return mutated
}
