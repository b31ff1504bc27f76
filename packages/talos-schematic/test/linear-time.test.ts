import { expect, test } from 'vitest'
import { parseSchematic } from '../src/index.ts'

const SIZE = 250_000

/** A list with one text. */
const argument = (text: string): string => `customization:\n  extraKernelArgs:\n    - ${text}`

/** If it took time that grows with the square of the length, one of these would take most of a minute. */
const TIME_LIMIT = 20_000

test.each([
  ['a long line in a block', argument(`|-\n      ${'a'.repeat(SIZE)}\n`)],
  ['a long line before the last one', argument(`|-\n      ${'a'.repeat(SIZE)}\n      b`)],
  ['a long line without a line break after it', argument('a'.repeat(SIZE))],
  ['a long line in quotes', argument(`"${'a'.repeat(SIZE)}"`)],
])('%s is read', { timeout: TIME_LIMIT }, (_, text) => {
  const [read = ''] = parseSchematic(text, 'schematic.yaml').schematic.customization.extraKernelArgs
  expect(read.length).toBeGreaterThanOrEqual(SIZE)
})

test.each([
  [
    'marks that nest almost too deeply, again and again',
    `${'- '.repeat(499)}x `.repeat(SIZE / 1000),
    'must be a mapping',
  ],
  ['marks with much space', `${`-${' '.repeat(SIZE / 500)}`.repeat(499)}x`, 'must be a mapping'],
  ['marks that nest too deeply', '- '.repeat(500), 'the lists nest too deeply'],
  ['more than any schematic has', '#'.repeat(262_145), 'the schematic has 262145 characters; 262144 are the most'],
])('%s: refused', { timeout: TIME_LIMIT }, (_, text, message) => {
  expect(() => parseSchematic(text, 'schematic.yaml')).toThrow(message)
})
