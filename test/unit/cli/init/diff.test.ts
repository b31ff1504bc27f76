import { expect, test } from 'vitest'
import { diffLines } from '../../../../src/cli/init/diff.ts'

test.each([
  ['a\nb\nc\n', 'a\nb\nc\n', []],
  ['a\nb\nc\n', 'a\nx\nc\n', ['- b', '+ x']],
  ['a\nb\nc\nd\n', 'a\nc\nd\ne\n', ['- b', '+ e']],
  ['a\nb\n', 'x\na\nb\n', ['+ x']],
  ['a', 'b\nc\n', ['- a', '+ b', '+ c']],
])('%j becomes %j', (before, after, lines) => {
  expect(diffLines(before, after)).toEqual(lines)
})
