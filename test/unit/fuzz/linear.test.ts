/** Readers of texts that others write: four times the text takes four times the work, whatever it is made of. */

import { expect, it, vi } from 'vitest'
import { safeOutput } from '../../../src/cli/safe-output.ts'
import { scanHcl } from '../../../src/config/hcl/scan.ts'
import { readJson } from '../../../src/config/json/parse.ts'
import { fillGoTemplate } from '../../../src/config/template/go-template.ts'
import { parseFactoryReference } from '../../../src/factory/reference.ts'
import { redact, withoutCredentials } from '../../../src/util/redact.ts'
import { createRandom, type Random } from './random.ts'

vi.setConfig({ testTimeout: 60_000 })

const file = (text: string) => ({ name: 'x', text })

type Reader = readonly [name: string, read: (text: string) => unknown, pieces: readonly string[]]

/** Each reader, and what means something to it. What it refuses counts as read. */
const READERS: readonly Reader[] = [
  [
    'JSON',
    (text) => readJson(file(text)),
    ['[', ']', '{"a":', '}', ',', '"', '\\', '"é",', '1', ' ', '\n', '[1],', '"\\u00e9"'],
  ],
  [
    'HCL',
    scanHcl,
    [
      'a = ',
      '{',
      '}',
      '"',
      '${',
      '%{ if a }',
      '<<A\n',
      'A\n',
      '\n',
      '/*',
      '*/',
      '#',
      ' ',
      'a "b" ',
      '(',
      ')',
      '\\',
      ',',
    ],
  ],
  [
    'texts in braces',
    (text) => fillGoTemplate(text, { source: undefined, cwd: '/', take: () => {} }),
    ['{{', '}}', '{{-', '-}}', ' ', '`', '"', '\\', '(', 'lower', '|', 'a', '\n'],
  ],
  ['a reference', (text) => parseFactoryReference(text, 'arm'), ['https://', 'a', '/', ':', '@', '.', '-', '0', '%']],
  [
    'output',
    (text) => safeOutput(text, { colors: true, isRunner: true }),
    ['\u001b', '[', ';', 'm', '::', '##[', '\n', ' ', '\u202e', 'a', '?a=b', 'https://a:b@', '-----BEGIN A-----'],
  ],
  [
    'secrets',
    redact,
    [
      'Bearer ',
      'https://',
      'a:b@',
      '?',
      '&',
      '=',
      'a',
      '/',
      ' ',
      '-----BEGIN A PRIVATE KEY-----',
      '-----END ',
      '\n',
      '%',
    ],
  ],
  ['credentials', withoutCredentials, ['https://', 'a:b@', '?', '&', '=', 'a', '/', ' ', ':', '@']],
]

const LENGTH = 30_000
const SAMPLES = 12

/** One piece again and again, two in turn, a few in a row and what closes nothing: each of the same form at any length. */
function toForm(random: Random, pieces: readonly string[]): (length: number) => string {
  const some = (): string => pieces[random.below(pieces.length)] ?? ''
  const [head, tail] = [random.chance(0.5) ? some() : '', random.chance(0.5) ? some() : '']
  const body = Array.from({ length: 1 + random.below(3) }, some).join('')
  return (length) => head + body.repeat(Math.ceil(length / body.length)) + tail
}

/** Milliseconds of the processor, which others cannot take away; the least of several tries. */
function effortOf(read: (text: string) => unknown, text: string): number {
  const tries = Array.from({ length: 2 }, () => {
    const before = process.cpuUsage()
    try {
      read(text)
    } catch (error) {
      if (error instanceof RangeError)
        throw new Error(`it breaks: ${JSON.stringify(text.slice(0, 60))}`, { cause: error })
    }
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return Math.min(...tries)
}

it.each(READERS)('%s is read in a time that grows with its length', (_, read, pieces) => {
  const random = createRandom(20_261_129)
  for (let sample = 0; sample < SAMPLES + pieces.length; sample++) {
    const piece = pieces[sample]
    const form = piece === undefined ? toForm(random, pieces) : (length: number) => piece.repeat(length / piece.length)
    const [short, long] = [effortOf(read, form(LENGTH)), effortOf(read, form(4 * LENGTH))]
    // Sixteen times is what a square gives. What takes less than this is too little to be measured.
    const grows = long < 120 ? 0 : long / Math.max(short, 10)
    expect({ form: form(60), grows, short, long }).toSatisfy(() => grows < 11)
  }
})
