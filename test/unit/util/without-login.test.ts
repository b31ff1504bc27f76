import { expect, test } from 'vitest'
import { withoutLogin } from '../../../src/util/without-login.ts'

test.each([
  ['https://me:secret@factory.example/x', 'https://...@factory.example/x'],
  ['me:secret@factory.example', '...@factory.example'],
  ['http://me:se@cret@factory.example', 'http://...@factory.example'],
  ['https://factory.example', 'https://factory.example'],
  ['nonsense', 'nonsense'],
])('%s is shown as %s', (text, shown) => expect(withoutLogin(text)).toBe(shown))
