import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { allCommands, examplesOf } from '../../../src/cli/help.ts'
import { createProgram } from '../../../src/cli/program.ts'
import { type TestIo, testIo } from './fixture.ts'

const commands = allCommands(await createProgram(testIo(), () => undefined))

/** What a command line prints; commander says by an error that it is over. */
async function run(...words: string[]): Promise<TestIo & { readonly code: string }> {
  const io = testIo()
  try {
    await (await createProgram(io, () => undefined, words)).parseAsync(words, { from: 'user' })
    return { ...io, code: '' }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { ...io, code: error.code }
  }
}

describe.each(commands.map(([name]) => name))('the help of %s', (name) => {
  const words = name.split(' ').slice(1)

  test('is the same by flag and by command, and fits on a screen of 80 columns', async () => {
    const [byFlag, byCommand] = [await run(...words, '--help'), await run('help', ...words)]
    expect(byCommand.results.join('')).toBe(byFlag.results.join(''))
    const lines = byCommand.results.join('').split('\n')
    expect(lines.length).toBeLessThanOrEqual(51)
    // The ID of a schematic is as long as it is.
    expect(lines.filter((line) => line.length > 80 && !/[0-9a-f]{64}/.test(line))).toEqual([])
  })

  test('has a description, and two or more examples of this very command', () => {
    const command = commands.find(([one]) => one === name)?.[1]
    expect(command?.description()).toMatch(/\.$/)
    const examples = command === undefined ? [] : examplesOf(command)
    expect(examples.length).toBeGreaterThanOrEqual(2)
    expect(examples.filter(({ line }) => line.includes('talos-image'))).toEqual(examples)
    expect(examples.some(({ line }) => line.includes(name))).toBe(true)
  })
})

test.each(['build', 'plan'])('help %s --all has every flag with its own meaning', async (name) => {
  const { results } = await run('help', name, '--all')
  const command = commands.find(([one]) => one === `talos-image ${name}`)?.[1]
  const words = results.join('').replaceAll(/\s+/g, ' ')
  const missing = command?.options.filter(({ flags, description }) => !words.includes(`${flags} ${description}`))
  expect(missing?.map(({ flags }) => flags)).toEqual([])
  expect((await run('help', name)).results.join('')).toContain(`help ${name} --all`)
})

test('what all commands have comes last', async () => {
  const headings = (await run('build', '--help')).results.join('').match(/^\w.*:$/gm)
  expect(headings).toEqual([
    'Arguments:',
    'What is built:',
    'Variables:',
    'Build servers:',
    'The run:',
    'For every command:',
    'Examples:',
  ])
})

test('an example ends where what is said about it begins', () => {
  const [, build] = commands.find(([name]) => name === 'talos-image build') ?? []
  expect(build === undefined ? [] : examplesOf(build)[0]).toEqual({
    text: 'talos-image build   # generic images, ARM and x86',
    line: 'talos-image build',
  })
})

describe('a slip of the finger', () => {
  test.each([
    ['biuld', "unknown command 'biuld'\n(Did you mean build?)", '(talos-image help shows'],
    ['help biuld', "unknown command 'biuld'\n(Did you mean build?)", '(talos-image help shows'],
    ['help schematic chek', "unknown command 'chek'\n(Did you mean check?)", '(talos-image help schematic shows'],
    ['list --rol worker', "unknown option '--rol'\n(Did you mean --role?)", '(talos-image help list shows'],
    ['list --sort vresion', 'did you mean "version"?', '(talos-image help list shows'],
    ['schematic id --ouput json', '(Did you mean --output?)', '(talos-image help schematic id shows'],
  ])('%s is answered with the near name', async (line, ...texts) => {
    const { errors, results, code } = await run(...line.split(' '))
    for (const text of texts) expect(errors.join('')).toContain(text)
    expect(results).toEqual([])
    expect(code).toMatch(/^commander\.(unknown|invalid)/)
  })

  test('that looks like nothing is named', async () => {
    const { errors } = await run('help', 'qqqqqqqq')
    expect(errors.join('')).toBe("error: unknown command 'qqqqqqqq'\n(talos-image help shows what there is)\n")
  })
})
