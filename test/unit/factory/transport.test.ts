import { expect, test } from 'vitest'
import { toReason } from '../../../src/factory/transport.ts'

test.each([
  ['invalid schematic: unknown field\n', 'invalid schematic: unknown field'],
  ['<html>\n<head><title>403 Forbidden</title></head>\n<body>x</body></html>', '403 Forbidden'],
  ['<html>\n<body>\n<h1>Blocked</h1>\n<p>by a proxy</p></body></html>', 'Blocked by a proxy'],
])('the reason in %j is %j', (text, reason) => {
  expect(toReason({ ok: false, status: 403, statusText: 'Forbidden', headers: new Headers(), text })).toBe(reason)
})
