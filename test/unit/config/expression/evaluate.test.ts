import { describe, expect, it } from 'vitest'
import { toJson } from '../../../../src/config/expression/functions/json.ts'
import { loadConfiguration } from '../../../../src/config/load.ts'
import { TemplateScope } from '../../../../src/config/template/template-scope.ts'
import { formatOrigin } from '../../../../src/errors.ts'
import { EXPRESSION_VARIABLES, EXPRESSIONS, NEWER_EXPRESSIONS } from '../../../support/expressions.ts'
import { catchProblems, createDirectory } from '../fixture.ts'

/** A source makes a template of it. */
const SOURCE = 'source "null" "none" {}\n'

async function evaluateAll(expressions: readonly string[]): Promise<unknown[]> {
  const locals = expressions.map((text, index) => `  x${index} = ${text}\n`).join('')
  await using directory = await createDirectory({
    't.pkr.hcl': `${EXPRESSION_VARIABLES}${SOURCE}locals {\n${locals}}\n`,
  })
  const sources = { directory: directory.path, varFiles: [], vars: [], env: {}, cwd: directory.path }
  const { template } = await loadConfiguration(sources)
  if (template === undefined) throw new Error('there is no template')
  const scope = new TemplateScope(template, new Map())
  return expressions.map((_, index) => toJson(scope.resolve('local', `x${index}`, { kind: 'default' }).value))
}

async function problemsOf(text: string): Promise<string[]> {
  await using directory = await createDirectory({
    't.pkr.hcl': `${EXPRESSION_VARIABLES}${SOURCE}locals {\n${text}\n}\n`,
  })
  const sources = { directory: directory.path, varFiles: [], vars: [], env: {}, cwd: directory.path }
  const first = EXPRESSION_VARIABLES.split('\n').length + 1
  return (await catchProblems(loadConfiguration(sources))).map(({ at, message }) => {
    const [, line, column] = formatOrigin(at).split(':')
    return `${Number(line) - first}:${column}: ${message}`
  })
}

describe('expressions', () => {
  it('come to what Packer makes of them', async () => {
    const all = [...EXPRESSIONS, ...NEWER_EXPRESSIONS]
    const values = await evaluateAll(all.map(([text]) => text))
    for (const [index, [text, value]] of all.entries()) expect([text, values[index]]).toEqual([text, value])
  })

  it.each([
    ['x = var.nmae', '1:5: there is no variable "nmae"'],
    ['x = local.y', '1:5: there is no local "y"'],
    ['x = uper("a")', '1:5: the function "uper" is not supported'],
    [
      'x = env("HOME")',
      '1:5: the function "env" is not evaluated here: it may be called only in the default of a variable',
    ],
    ['x = substr("a")', '1:5: "substr" takes 3 arguments, not 1'],
    [`x = "\${var.nothing}-"`, '1:8: null cannot be put into a text'],
    [`x = "a \${var.list} b"`, '1:10: a list cannot be put into a text'],
    ['x = var.list[7]', '1:5: there is no item 7 in this list of 3'],
    ['x = var.map.three', '1:5: there is no "three" in this object'],
    ['x = "a" + 1', '1:6: a number is needed here, not a string'],
    ['x = 1 / 0', '1:5: a division by zero'],
    ['x = var.name ? 1 : 2', '1:5: a bool is needed here, not a string'],
    ['x = build.ID', '1:5: "build.ID" has no value here'],
    ['x = packer.iterationID', '1:5: "packer.iterationID" has no value here'],
    ['x = upper(["a"])', '1:11: a list cannot be put into a text'],
    [
      'x = try(vault("a", "b"), 1)',
      '1:9: the function "vault" is not evaluated here: it asks a service for a secret: set the variable with PKR_VAR_NAME instead',
    ],
    ['x = can(templatefil("a"))', '1:9: the function "templatefil" is not supported'],
    ['x = file("../a")', '1:11: only files in the directory of the template are read, and "../a" is not in it'],
    ['x = file("a")', '1:11: "a" does not exist'],
    ['x = slice([1], 0, 2)', '1:5: the list has 1 items only'],
    ['x = range(1, 5, -1)', '1:17: this step leads away from the end'],
    ['x = cidrhost("10.0.0.0/30", 9)', '1:29: the block has no such host'],
    ['x = convert("a", number)', '1:14: this cannot become a number'],
    ['x = csvdecode("a,b\\n1")', '1:16: there are 2 columns, and a line with 1'],
    ['x = uuidv5("nope", "a")', '1:13: a namespace is dns, url, oid, x500 or a UUID'],
  ])('point at the mistake in %j', async (text, problem) => {
    expect(await problemsOf(text)).toEqual([problem])
  })

  it('tell each mistake once, wherever it is used', async () => {
    const text = `a = var.nope\nb = local.a\nc = "\${local.b}-\${local.a}"`
    expect(await problemsOf(text)).toEqual(['1:5: there is no variable "nope"'])
  })

  it('see when locals go round in a circle', async () => {
    const text = `a = local.b\nb = "\${local.c}!"\nc = local.a\nd = local.d`
    expect(await problemsOf(text)).toEqual([
      '1:1: local.a depends on itself: local.a -> local.b -> local.c -> local.a',
      '4:1: local.d depends on itself: local.d -> local.d',
    ])
  })
})
