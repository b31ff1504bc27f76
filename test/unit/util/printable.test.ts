import { expect, test } from 'vitest'
import { escapeControls, printable, safeJson, withoutCommands } from '../../../src/util/printable.ts'

test.each([
  ['a color', '\u001b[31mred', '\\u001b[31mred'],
  ['the clipboard', '\u001b]52;c;eA==\u0007', '\\u001b]52;c;eA==\\u0007'],
  ['a control sequence of one byte', '\u009b2J', '\\u009b2J'],
  ['a return to the beginning of the line', 'bad\rgood', 'bad\\u000dgood'],
  ['backspaces', 'bad\b\b\bgood\u007f', 'bad\\u0008\\u0008\\u0008good\\u007f'],
  ['a change of direction', 'a\u202eb\u2066c\u200fd\u061ce', 'a\\u202eb\\u2066c\\u200fd\\u061ce'],
  ['invisible characters', 'a\u200bb\ufeffc\u00add', 'a\\u200bb\\ufeffc\\u00add'],
  ['invisible letters', 'a\u{e0041}', 'a\\udb40\\udc41'],
  ['line breaks of Unicode', 'a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\u0085d'],
  ['half a character', 'a\ud83d', 'a\\ud83d'],
  ['what is no danger', 'größer\t\n👩\u200d💻 ↵', 'größer\t\n👩\u200d💻 ↵'],
])('%s', (_, text, shown) => {
  expect(escapeControls(text)).toBe(shown)
  expect(printable(text)).toBe(shown)
})

test('a long text is cut', () => {
  expect(printable('x'.repeat(5000))).toBe(`${'x'.repeat(4000)}...`)
})

test.each([
  ['::stop-commands::x', ': :stop-commands::x'],
  ['one\n \t::add-mask::x', 'one\n \t: :add-mask::x'],
  ['a ::b and :c', 'a ::b and :c'],
  ['text ##[error]x ##[group]', 'text ## [error]x ## [group]'],
])('a runner obeys nothing in %j', (text, shown) => {
  expect(withoutCommands(text)).toBe(shown)
})

test('JSON keeps its value, and shows nothing to obey', () => {
  const value = { text: '\u001b]0;x\u0007\u202e\u{e0041}##[add-mask]x', list: ['::x::', '\u009b'] }
  for (const indent of [0, 2]) {
    const json = safeJson(value, indent)
    expect(JSON.parse(json)).toEqual(value)
    expect(escapeControls(json)).toBe(json)
    expect(withoutCommands(json)).toBe(json)
  }
})
