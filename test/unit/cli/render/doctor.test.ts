import { expect, test } from 'vitest'
import { formatChecks } from '../../../../src/cli/render/doctor.ts'
import type { Check } from '../../../../src/report/doctor.ts'

const OK: Check = { name: 'clock', status: 'ok', message: 'it is right' }
const FAILED: Check = {
  name: 'token',
  status: 'failed',
  message: 'there is none',
  hint: 'make one in the Console, and set it',
}
const WARNING: Check = { name: 'stock arm', status: 'warning', message: 'elsewhere' }
const SKIPPED: Check = { name: 'SSH', status: 'skipped', message: 'no answer here' }

test('a check is a line, its remedy below it, and nothing is wider than the terminal', () => {
  expect(formatChecks([OK, FAILED, WARNING, SKIPPED], 60)).toBe(`ok       clock      it is right
FAILED   token      there is none
                    -> make one in the Console, and set it
WARNING  stock arm  elsewhere
-        SSH        no answer here

1 failed: a build would not work. 1 warning, which stops
nothing.
`)
  const narrow = formatChecks([{ ...FAILED, name: 'x'.repeat(9) }], 50)
  expect(narrow).toContain('-> make one in the Console,\n                    and set it\n')
})

test.each([
  [[OK], 'Everything is ready.'],
  [[OK, SKIPPED], 'Everything is ready.'],
  [[OK, WARNING], 'Ready. 1 warning, which stops nothing.'],
  [[WARNING, WARNING], 'Ready. 2 warnings, which stop nothing.'],
  [[FAILED], '1 failed: a build would not work.'],
])('%j ends with %s', (checks, end) => {
  expect(formatChecks(checks, 80).split('\n').at(-2)).toBe(end)
})

test('an address stays whole, and control characters do not reach the terminal', () => {
  const address = `https://${'a'.repeat(120)}`
  const shown = formatChecks([{ ...OK, message: `see ${address} \u001b[2J` }], Number.POSITIVE_INFINITY)
  expect(shown).toContain(address)
  expect(shown).not.toContain('\u001b')
})
