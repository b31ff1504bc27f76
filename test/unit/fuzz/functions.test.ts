/** Every function of templates with arguments at the ends of what there is: a value, or an error of the template. */

import { expect, it, vi } from 'vitest'
import { Budget } from '../../../src/config/expression/budget.ts'
import { evaluateExpression, type Scope } from '../../../src/config/expression/evaluate.ts'
import type { Expression } from '../../../src/config/expression/expression.ts'
import { EvaluationFailure } from '../../../src/config/expression/failure.ts'
import { FUNCTION_NAMES } from '../../../src/config/expression/functions/call.ts'
import { ENGINE_FUNCTION_NAMES, fillGoTemplate, GoTemplateFailure } from '../../../src/config/template/go-template.ts'
import { NULL, toBoolValue, toStringValue, type Value } from '../../../src/config/value.ts'
import { fuzz, type Random } from './random.ts'

vi.setConfig({ testTimeout: 60_000 })

const origin = { kind: 'default' } as const
const toNumber = (text: string): Value => ({ kind: 'number', text })
const toList = (items: readonly Value[]): Value => ({ kind: 'list', items })
const toObject = (members: Readonly<Record<string, Value>>): Value => ({
  kind: 'object',
  members: new Map(Object.entries(members)),
})

const NUMBERS =
  '0 -0 1 -1 2 3 16 36 37 63 64 0.5 -0.5 1e-320 255 1024 1025 9007199254740993 1e10 -1e10 1e21 1e308 -1e308 1e309'
const TEXTS = [
  ...[
    '',
    'a',
    '-',
    '0',
    'true',
    '1e999',
    'v1.12.2',
    '\0',
    '\ud800',
    '😀',
    'ä\u0308\n\r\n',
    '\n',
    '//',
    '..',
    '~',
    '/',
    '10.0.0.0/8',
  ],
  ...[
    '10.0.0.0/33',
    '::/0',
    '::ffff:1.2.3.4/128',
    '2026-08-01T12:00:00Z',
    '275760-09-13T00:00:00Z',
    '9999999999h',
    '1h30m',
  ],
  ...[
    '(',
    '(a+)+$',
    '(?P<x>a)|(b)',
    '[z-a]',
    '\\',
    '**/*',
    '{a,b',
    '(.{1000}){2}',
    '$1$2$3',
    '%',
    '%s',
    '%d%d',
    '%v%%%',
  ],
  ...[
    '%999999999d',
    '%.200f',
    '%.999999999f',
    '%[9]s',
    '%-0 +#5.3q',
    `%${'0'.repeat(2000)}`,
    '%x%b%o',
    'YYYY',
    "'''",
    'x'.repeat(300),
  ],
  ...[
    '{"a": [1, null, {"b": 1e999}]}',
    '['.repeat(5000),
    `${'['.repeat(500)}1${']'.repeat(500)}`,
    'a: &a [*a]',
    '- &a [1]\n- [*a, *a]',
  ],
  ...[
    '<<: 1',
    '!!binary x',
    '? [a]\n: b',
    'a,b\n1,2',
    '"a',
    'a,a\n',
    'utf-16be',
    'iso-8859-1',
    'dns',
    '__proto__',
    'constructor',
  ],
] as const

function extreme(random: Random, levels = 2): Value {
  const inner = (): Value => extreme(random, levels - 1)
  return random.pick<() => Value>([
    () => toNumber(random.pick(['7', ...NUMBERS.split(' ')])),
    () => toNumber(random.pick(['7', ...NUMBERS.split(' ')])),
    () => toStringValue(random.pick(TEXTS)),
    () => toStringValue(random.pick(TEXTS)),
    () => toStringValue(random.pick(TEXTS).repeat(random.below(40)).slice(0, 20_000)),
    () => random.pick([NULL, toBoolValue(true), toBoolValue(false)]),
    () => (levels === 0 ? NULL : toList(Array.from({ length: random.below(4) }, inner))),
    () =>
      levels === 0 ? NULL : toList(Array.from({ length: random.below(4) }, () => toStringValue(random.pick(TEXTS)))),
    () => toList(Array.from({ length: 1000 }, (_, index) => toNumber(String(index)))),
    () => (levels === 0 ? NULL : toObject({ a: inner(), __proto__: inner(), '': inner() })),
    () => Array.from({ length: 399 }).reduce<Value>((value) => toList([value]), NULL),
  ])()
}

const scope = (): Scope => ({
  budget: new Budget(),
  place: { directory: import.meta.dirname, cwd: import.meta.dirname },
  resolve: () => ({ value: NULL, used: 0 }),
})

it.each(FUNCTION_NAMES)('%s gives a value, or an error of the template', async (name) => {
  await fuzz(60, (random) => {
    const args = Array.from(
      { length: 1 + random.below(4) },
      (): Expression => ({ kind: 'literal', value: extreme(random), origin }),
    )
    try {
      expect(
        evaluateExpression({ kind: 'call', name, args, spread: random.chance(0.3), origin }, scope()).kind,
      ).not.toBe('')
    } catch (error) {
      if (!(error instanceof EvaluationFailure))
        throw new Error(`${name}(${JSON.stringify(args).slice(0, 500)})`, { cause: error })
      expect(error.message.length).toBeLessThan(1000)
    }
  })
})

it('functions in braces give a text, or an error of the template', async () => {
  await fuzz(300, (random) => {
    const operand = (): string =>
      random.pick(['`a b`', '"\\\\n"', '-1', '99999999999', '(', ')', '|', ...ENGINE_FUNCTION_NAMES, ...TEXTS])
    const text = `{{${Array.from({ length: 1 + random.below(6) }, operand).join(' ')}}}`
    try {
      expect(fillGoTemplate(text, { source: undefined, cwd: '/', take: () => {} })).toBeTypeOf('string')
    } catch (error) {
      if (!(error instanceof GoTemplateFailure)) throw error
    }
  })
})
