import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { formatDocument } from '../../../src/cli/formats/formats.ts'
import { createPaint } from '../../../src/cli/render/paint.ts'
import { safeOutput } from '../../../src/cli/safe-output.ts'
import { registerSecret } from '../../../src/util/redact.ts'

const TERMINAL = { colors: true, isRunner: false }
const PIPE = { colors: false, isRunner: false }
const RUNNER = { colors: false, isRunner: true }

test('colors of the tool are kept where there are colors, and nothing else that begins like them', () => {
  const text = `${createPaint(true)('bad', 'error:')} a\u001b[2Kb\u001b]8;;x\u0007c\u001b[1;31md`
  const [red, rest = ''] = safeOutput(text, TERMINAL).split(' a')
  expect(red).toBe(createPaint(true)('bad', 'error:'))
  expect(rest).toBe('\\u001b[2Kb\\u001b]8;;x\\u0007c\\u001b[1;31md')
  expect(safeOutput(text, PIPE)).not.toContain('\u001b')
})

test('commands to a runner are taken out where there is one', () => {
  expect(safeOutput('::error::x', PIPE)).toBe('::error::x')
  expect(safeOutput('::error::x', RUNNER)).toBe(': :error::x')
})

test('secrets are taken out, be they next to a color', () => {
  registerSecret('sesame-open-now')
  expect(safeOutput('\u001b[31msesame-open-now\u001b[39m', TERMINAL)).toBe('\u001b[31m[redacted]\u001b[39m')
})

const HOSTILE = {
  '::group::': ['::stop-commands::x', 'a\n::add-mask::b\n', `${'long '.repeat(50)}\n::c::`],
  ' ##[group]x': { a: '\u001b]52;c;x\u0007', b: 'x\u202ey', c: '\u009b2J', d: '\u{e0041}\u200b', e: '##[add-mask]\n' },
  usual: { no: 'no', text: 'two\nlines\n', long: 'words '.repeat(60) },
}

test.each([
  ['json', JSON.parse],
  ['yaml', (text: string): unknown => parse(text)],
] as const)('%s has the value of the document, and nothing that is obeyed', async (form, read) => {
  const text = (await formatDocument(form, HOSTILE)) ?? ''
  expect(read(text)).toEqual(HOSTILE)
  expect(safeOutput(text, RUNNER)).toBe(text)
})
