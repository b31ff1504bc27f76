import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Arguments } from '../../../../src/config/expression/functions/arguments.ts'
import { FUNCTION_NAMES } from '../../../../src/config/expression/functions/call.ts'
import { ENCODING_FUNCTIONS } from '../../../../src/config/expression/functions/encodings.ts'
import { formatGoLayout, formatStrftime } from '../../../../src/config/expression/functions/go-layout.ts'
import { REFUSED_FUNCTIONS } from '../../../../src/config/expression/functions/refused.ts'
import { toStringValue } from '../../../../src/config/value.ts'
import { EXPRESSIONS, NEWER_EXPRESSIONS, PACKER_FUNCTIONS } from '../../../support/expressions.ts'

describe('functions', () => {
  it('are those of Packer, evaluated or refused', () => {
    expect([...FUNCTION_NAMES, ...Object.keys(REFUSED_FUNCTIONS)].sort()).toEqual(PACKER_FUNCTIONS)
  })

  it.each(FUNCTION_NAMES)('%s has an example', (name) => {
    // What they come to differs from time to time, or from Packer's.
    if (['base64gzip', 'timestamp'].includes(name)) return
    const texts = [...EXPRESSIONS, ...NEWER_EXPRESSIONS].map(([text]) => text)
    expect(texts.some((text) => new RegExp(`\\b${name}\\(`).test(text))).toBe(true)
  })

  it('base64gzip packs what unpacks to the same', () => {
    const origin = { kind: 'default' } as const
    const packed = ENCODING_FUNCTIONS.base64gzip?.run(
      new Arguments([{ value: toStringValue('test'), origin }], origin, undefined),
    )
    expect(packed?.kind === 'string' && gunzipSync(Buffer.from(packed.text, 'base64')).toString()).toBe('test')
  })
})

describe('times', () => {
  const time = new Date('2026-03-05T16:07:08.090Z')

  it.each([
    ['2006-01-02T15:04:05Z07:00', '2026-03-05T16:07:08Z'],
    ['Mon Jan _2 15:04:05 MST 2006', 'Thu Mar  5 16:07:08 UTC 2026'],
    ['Monday, 02-Jan-06 3:04PM -0700', 'Thursday, 05-Mar-26 4:07PM +0000'],
    ['1/2/06 03:4:5pm January', '3/5/26 04:7:8pm March'],
    ['20060102150405.000', '20260305160708.090'],
    ['05.999999 05,00', '08.09 08,09'],
    ['002 __2 Janet Month', '064  64 Janet Month'],
  ])('%s', (layout, text) => {
    expect(formatGoLayout(layout, time)).toBe(text)
  })

  it.each([
    ['%Y-%m-%dT%H:%M:%S%z', '2026-03-05T16:07:08+0000'],
    ['%A %a %B %b %y %I%p %L %Z', 'Thursday Thu March Mar 26 04PM .090 UTC'],
    ['100%% %q %', '100% %q %'],
  ])('%s', (format, text) => {
    expect(formatStrftime(format, time)).toBe(text)
  })
})
