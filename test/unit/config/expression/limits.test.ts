/** Templates that ask for more than a computer has: an error with its place, in a moment. */

import { symlink } from 'node:fs/promises'
import { expect, it, vi } from 'vitest'
import { formatOrigin } from '../../../../src/errors.ts'
import { catchProblems, createDirectory } from '../fixture.ts'

vi.setConfig({ testTimeout: 60_000 })

const SOURCE = 'source "null" "none" {}\n'
const D = '$'
/** Each local is made of the one before. */
const chain = (count: number, first: string, make: (before: string) => string): string =>
  Array.from({ length: count }, (_, index) => `x${index} = ${index === 0 ? first : make(`local.x${index - 1}`)}`).join(
    '\n',
  )
const inEachOther = (count: number, begin: string, inside: string, end: string): string =>
  begin.repeat(count) + inside + end.repeat(count)

async function problemsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  await using directory = await createDirectory(files)
  const sources = { directory: directory.path, varFiles: [], vars: [], env: {}, cwd: directory.path }
  const { loadConfiguration } = await import('../../../../src/config/load.ts')
  const problems = await catchProblems(loadConfiguration(sources))
  return problems.map(({ at, message }) => `${formatOrigin(at)}: ${message}`)
}

const BYTES = 'evaluating the template takes more than 256 MiB'
const STEPS = 'evaluating the template takes more than 2000000 steps'

it.each([
  ['a list that doubles', chain(39, '["a"]', (x) => `concat(${x}, ${x})`), [`t.pkr.hcl:24:7: ${BYTES}`]],
  ['a text that doubles', chain(39, '"a"', (x) => `"${D}{${x}}${D}{${x}}"`), [`t.pkr.hcl:31:10: ${BYTES}`]],
  [
    'lists in lists, twice each',
    `${chain(39, '["a"]', (x) => `[${x}, ${x}]`)}\ny = jsonencode(local.x38)`,
    [`t.pkr.hcl:23:7: ${BYTES}`],
  ],
  [
    'loops in loops',
    `x = ${inEachOther(24, '[for a in [1, 2] : ', '1', ']')}`,
    [expect.stringContaining(`: ${BYTES}`)],
  ],
  [
    'long loops in loops',
    'x = range(1000)\ny = length([for a in local.x : [for b in local.x : [for c in local.x : 1]]])',
    [`t.pkr.hcl:4:72: ${STEPS}`],
  ],
  [
    'a loop that "try" would hide',
    'x = range(1000)\ny = try([for a in local.x : [for b in local.x : [for c in local.x : 1]]], 1)',
    [`t.pkr.hcl:4:69: ${STEPS}`],
  ],
  ['products of lists', 'x = range(1000)\ny = setproduct(local.x, local.x, local.x)', [`t.pkr.hcl:4:5: ${BYTES}`]],
  ['a number of a great width', 'x = format("%999999999d", 1)', [`t.pkr.hcl:3:5: ${BYTES}`]],
  ['a great indentation', 'x = indent(1e10, "a\\nb")', [`t.pkr.hcl:3:5: ${BYTES}`]],
  ['a negative indentation', 'x = indent(-1, "a\\nb")', ['t.pkr.hcl:3:12: the number of spaces cannot be negative']],
  [
    'a number that is not',
    'x = 1e308 * 10',
    ['t.pkr.hcl:3:5: this is not a number that can be worked with here: 1.8e308 is the biggest'],
  ],
  ['operators in operators', `x = 1${' + 1'.repeat(401)}`, ['t.pkr.hcl:3:5: more than 400 expressions in each other']],
  [
    'conditions in conditions',
    `x = ${'true ? 1 : '.repeat(401)}1`,
    ['t.pkr.hcl:3:5: more than 400 expressions in each other'],
  ],
  [
    'texts in a heredoc',
    `x = <<E\n${D}{1${' + 1'.repeat(401)}}\nE`,
    ['t.pkr.hcl:3:5: more than 400 expressions in each other'],
  ],
  [
    'a circle of ten thousand',
    chain(10_000, 'local.x9999', (x) => x),
    [expect.stringMatching(/^t.pkr.hcl:3:1: local.x0 depends on itself: local.x0 -> local.x9999 -> .* -> \.\.\.$/)],
  ],
])('%s', async (_, locals, problems) => {
  expect(await problemsOf({ 't.pkr.hcl': `${SOURCE}locals {\n${locals}\n}\n` })).toEqual(problems)
})

it('the expressions of a file together have a limit', async () => {
  const locals = Array.from({ length: 60 }, (_, index) => `x${index} = 1${'+1'.repeat(250)}`).join('\n')
  const [problem, ...others] = await problemsOf({ 't.pkr.hcl': `${SOURCE}locals {\n${locals}\n}\n` })
  expect(problem).toMatch(/^t.pkr.hcl:\d+:\d: the expressions of this file are too long, and too deep in each other$/)
  expect(others).toEqual([])
})

it('a default is evaluated with a budget, too', async () => {
  const loops = inEachOther(24, '[for a in [1, 2] : ', '1', ']')
  expect(await problemsOf({ 't.pkr.hcl': `variable "x" { default = ${loops} }` })).toEqual([
    expect.stringContaining(BYTES),
  ])
})

it('a text of braces is filled in with the same budget', async () => {
  const name = `{{ \`aa\`${' | replace_all `a` `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`'.repeat(8)} }}`
  const template = `source "hcloud" "a" {\n  snapshot_name = "${name}"\n}\nbuild { sources = ["source.hcloud.a"] }\n`
  expect(await problemsOf({ 't.pkr.hcl': template })).toContain(`t.pkr.hcl:2:19: ${BYTES}`)
})

it('a link to a device that never ends is not read', async () => {
  await using directory = await createDirectory({})
  await symlink('/dev/zero', `${directory.path}/a.auto.pkrvars.hcl`)
  expect((await catchProblems(directory.load())).map(({ message }) => message)).toEqual([
    expect.stringMatching(/a\.auto\.pkrvars\.hcl" cannot be read: it is a device instead of a file$/),
  ])
})
