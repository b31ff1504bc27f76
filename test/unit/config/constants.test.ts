import { expect, it } from 'vitest'
import { evaluateConstant } from '../../../src/config/constants.ts'
import { loadHclParser } from '../../../src/config/hcl/parser.ts'
import { readHclExpression } from '../../../src/config/hcl/read-body.ts'

async function read(text: string, env?: Record<string, string>) {
  const file = { name: 'a.hcl', text }
  const expression = await readHclExpression(file, await loadHclParser(), {
    name: 'a',
    expression: text,
    expressionOffset: 0,
  })
  return 'message' in expression ? expression : evaluateConstant('a', expression, env)
}

it.each([
  ['[\n  1\n]', { value: { kind: 'list' } }],
  [`"\${null}"`, { value: { kind: 'null' } }],
  ['"%{ if true }a%{ endif }"', { value: { text: 'a' } }],
  ['1 + 2', { value: { kind: 'number', text: '3' } }],
  [`[for x in ["a"] : "\${x}b"]`, { value: { items: [{ text: 'ab' }] } }],
  [`"x\${ upper(var.a) }"`, { message: '"a": functions may not be called here (upper)', at: { line: 1, column: 6 } }],
  ['(\n  var.a\n)', { message: '"a": variables may not be used here (var.a)', at: { line: 2, column: 3 } }],
  ['env("X")', { message: '"a": functions may not be called here (env)' }],
])('tells what %j comes to', async (text, expected) => {
  expect(await read(text)).toMatchObject(expected)
})

it('knows env() where there is an environment, also in what a for makes', async () => {
  expect(await read('env("X")', { X: '1' })).toMatchObject({ value: { text: '1' } })
  expect(await read('[for x in ["X", "Y"] : env(x)]', { X: '1' })).toMatchObject({
    value: { items: [{ text: '1' }, { text: '' }] },
  })
  expect(await read('upper("x")', {})).toMatchObject({ message: '"a": functions may not be called here (upper)' })
})
