import { expect, test } from 'vitest'
import { toGlob } from '../../../src/util/glob.ts'

test.each([
  ['*', 'a.b/c', '', true],
  ['*', 'a/b', '/', false],
  ['**/c', 'a/b/c', '/', true],
  ['hcloud.*', 'hcloud.talos-arm', '', true],
  ['*.talos-?', 'hcloud.talos-a', '', true],
  ['*.talos-?', 'hcloud.talos-', '', false],
  ['talos.[a-c]', 'talos.b', '', true],
  ['talos.[!a-c]', 'talos.b', '', false],
  ['{arm,x*}64', 'x8664', '', true],
  ['{arm,x*}64', 'mips64', '', false],
  ['a+b$', 'a+b$', '', true],
  ['\\*', '*', '', true],
  ['\\*', 'a', '', false],
  ['a.b', 'axb', '', false],
])('%s and %s (%s): %s', (pattern, text, separator, matches) => {
  expect(toGlob(pattern, separator).test(text)).toBe(matches)
})
