import { describe, expect, expectTypeOf, test } from 'vitest'
import { defineCommand, type Parameters, type Values } from '../../../src/cli/define-command.ts'
import { parseCount } from '../../../src/cli/flags.ts'
import { allCommands, describedAs } from '../../../src/cli/help.ts'
import { createProgram } from '../../../src/cli/program.ts'
import { testIo } from './fixture.ts'

const PARAMETERS = {
  '<id...>': { text: 'numbers', parse: Number },
  '[role]': 'a text that may be missing',
  '-o, --output <form>': { text: 'a choice', choices: ['text', 'json'], default: 'text' },
  '--older-than <age>': 'a text',
  '--keep <number>': { text: 'a number', parse: parseCount },
  '--var <name=value>': { text: 'a list', repeatable: true },
  '-y, --yes': 'a switch',
  '--no-fallback': 'a switch that is on',
} as const satisfies Parameters

describe('the values of a handler', () => {
  test('follow from the definition', () => {
    expectTypeOf<Values<typeof PARAMETERS>>().toEqualTypeOf<
      {
        readonly id: readonly number[]
        readonly output: 'text' | 'json'
        readonly fallback: boolean
      } & {
        readonly role?: string
        readonly olderThan?: string
        readonly keep?: number
        readonly var?: readonly string[]
        readonly yes?: boolean
      }
    >()
  })

  test('have no other names, so that a renamed flag does not compile', () => {
    defineCommand({
      description: 'A command.',
      examples: [],
      parameters: { ...PARAMETERS, '--retain <number>': 'what --keep was called' },
      // @ts-expect-error: there is no such flag
      run: async (_io, { kept }) => ({ text: String(kept) }),
    })
    defineCommand({
      description: 'A command.',
      examples: [],
      parameters: PARAMETERS,
      // @ts-expect-error: there is no such flag
      groups: { 'A heading:': ['--kept'] },
      run: async () => ({ text: '' }),
    })
  })
})

const commands = allCommands(await createProgram(testIo(), () => undefined))

test.each(commands)('%s has one name for each value', (_, command) => {
  const names = [
    ...command.registeredArguments.map((argument) => argument.name()),
    ...command.options.map((option) => option.attributeName()),
  ]
  expect(new Set(names).size).toBe(names.length)
})

test.each(commands)('%s says which flags are repeatable', (_, command) => {
  for (const [words, details] of Object.entries(describedAs(command).parameters ?? {})) {
    const text = typeof details === 'string' ? details : details.text
    const isRepeatable = typeof details !== 'string' && details.repeatable === true
    if (/\brepeatable\b/.test(text)) expect(isRepeatable, words).toBe(true)
  }
})
