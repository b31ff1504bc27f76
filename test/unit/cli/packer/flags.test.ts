import { describe, expect, test } from 'vitest'
import { parsePackerArguments, takeMachineReadable } from '../../../../src/cli/packer/flags.ts'

/** As it was understood; fails when it was not. */
function parse(...args: string[]) {
  const parsed = parsePackerArguments(args)
  if ('usage' in parsed) throw new Error(`${parsed.message}`)
  return parsed
}

describe("arguments by the rules of Go's flags", () => {
  test('have values behind = or as words of their own, with one dash or two', () => {
    const { command, flags, rest } = parse('build', '-var', 'a=b=c', '--var=d=', '-force', '-color=F', 'dir')
    expect([command, rest, flags.all('var')]).toEqual(['build', ['dir'], ['a=b=c', 'd=']])
    expect([flags.isSet('force'), flags.isSet('color'), flags.isSet('debug')]).toEqual([true, false, false])
    expect([flags.last('var'), flags.last('color'), flags.last('only')]).toEqual(['d=', 'F', undefined])
  })

  test('end where something else begins, and behind two dashes', () => {
    expect(parse('validate', '--', '-force').rest).toEqual(['-force'])
    expect(parsePackerArguments(['build', 'dir', '-force'])).toMatchObject({ exitCode: 1, message: undefined })
  })

  test.each([
    [['build', '-nosuch', 'x'], 'flag provided but not defined: -nosuch'],
    [['init', '-var', 'a=b', 'x'], 'flag provided but not defined: -var'],
    [['build', '-constructor', 'x'], 'flag provided but not defined: -constructor'],
    [['build', '-var'], 'flag needs an argument: -var'],
    [['build', '-force=maybe', 'x'], 'invalid boolean value "maybe" for -force: parse error'],
  ])('%j: %s', (args, message) => {
    expect(parsePackerArguments(args)).toMatchObject({ message, exitCode: 1, usage: expect.stringContaining('Usage:') })
  })

  test.each([[[]], [['nosuch']], [['constructor']]])('%j is no command, for which Packer exits with 127', (args) => {
    expect(parsePackerArguments(args)).toMatchObject({ exitCode: 127, message: undefined })
  })

  test.each(['fmt', 'inspect', 'console', 'fix', 'hcl2_upgrade', 'plugins'])('%s is left to Packer', (name) => {
    const refusal = parsePackerArguments([name, '-check', '.'])
    expect(refusal).toMatchObject({ exitCode: 1, message: expect.stringContaining("use HashiCorp's Packer") })
  })

  test.each(['-v', '--version', '-version', 'version'])('%s asks for the version', (word) => {
    expect(parse(word).command).toBe('version')
  })

  test.each(['-h', '-help', '--help'])('%s asks for the flags of a command, or for the commands', (word) => {
    const help = parsePackerArguments(['build', '-force', word])
    expect(help).toMatchObject({ exitCode: 0, message: undefined, usage: expect.stringContaining('-parallel-builds=') })
    const all = parsePackerArguments([word])
    expect(all).toMatchObject({
      exitCode: 0,
      message: undefined,
      usage: expect.stringContaining('Available commands are'),
    })
  })

  test('-machine-readable counts wherever it stands', () => {
    expect(takeMachineReadable(['-machine-readable', 'version'])).toEqual({ machine: true, rest: ['version'] })
    expect(takeMachineReadable(['build', '-machine-readable', 'x'])).toEqual({ machine: true, rest: ['build', 'x'] })
    expect(takeMachineReadable(['version'])).toEqual({ machine: false, rest: ['version'] })
  })
})
