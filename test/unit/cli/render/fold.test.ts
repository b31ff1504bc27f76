import { describe, expect, test } from 'vitest'
import { foldHanging, foldLines, foldWords } from '../../../../src/cli/render/fold.ts'

describe('words', () => {
  test('are never broken, and no line is wider than asked', () => {
    expect(foldWords('the disk was read back and compared', 14)).toEqual(['the disk was', 'read back and', 'compared'])
    expect(foldWords('exactly ten', 11)).toEqual(['exactly ten'])
    expect(foldWords('exactly ten', 10)).toEqual(['exactly', 'ten'])
  })

  test('that are too long stay whole', () => {
    expect(foldWords('see https://example.com/a/b now', 12)).toEqual(['see', 'https://example.com/a/b', 'now'])
  })

  test('of a command stay together, unless there is no room for it', () => {
    const text = 'then `talos-image list` shows them'
    expect(foldWords(text, 20)).toEqual(['then', '`talos-image list`', 'shows them'])
    expect(foldWords(text, 12)).toEqual(['then', '`talos-image', 'list` shows', 'them'])
    expect(foldWords('a "b c"', 5)).toEqual(['a', '"b c"'])
  })

  test('keep their lines, and the space before them', () => {
    expect(foldLines('one two\n  three four\n', 9)).toBe('one two\n  three\nfour\n')
    expect(foldWords('', 5)).toEqual([''])
  })

  test('of a terminal of unknown width stay as they are', () => {
    const text = 'x '.repeat(500)
    expect(foldWords(text, Number.POSITIVE_INFINITY)).toEqual([text])
  })
})

test('a paragraph goes on with an indent', () => {
  expect(foldHanging('error: it was not there any more\nand more', 16, '  ')).toBe(
    'error: it was\n  not there any\n  more\nand more',
  )
  expect(foldHanging('  hint: do it', 80, '    ')).toBe('  hint: do it')
})
