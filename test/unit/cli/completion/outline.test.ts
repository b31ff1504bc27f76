import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { flatten, outline } from '../../../../src/cli/completion/outline.ts'
import { createProgram } from '../../../../src/cli/program.ts'
import { testIo } from '../fixture.ts'

const program = await createProgram(testIo(), () => undefined)
const commands = flatten(outline(program))
const find = (path: string) => commands.find((command) => command.path.join(' ') === path)
const flag = (path: string, name: string) => find(path)?.flags.find(({ names }) => names.includes(name))

/** Every command that commander would run. */
function pathsOf(command: Command, path: readonly string[] = []): string[] {
  return command.commands.flatMap((below) => {
    const own = [...path, below.name()]
    return [own.join(' '), ...pathsOf(below, own)]
  })
}

describe('the outline', () => {
  test('has every command, and its help', () => {
    const paths = commands.map(({ path }) => path.join(' '))
    expect(paths).toEqual(expect.arrayContaining(['', 'help', 'schematic help', ...pathsOf(program)]))
    expect(new Set(paths).size).toBe(paths.length)
  })

  test('describes every command and every flag', () => {
    for (const { path, description, flags } of commands) {
      expect(description, path.join(' ')).not.toBe('')
      for (const { names, description: text } of flags) expect(text, `${path.join(' ')} ${names}`).not.toBe('')
    }
  })

  test.each([
    ['build', '--output', { kind: 'words', words: ['text', 'json', 'yaml', 'jsonl'] }],
    ['build', '-o', { kind: 'words', words: ['text', 'json', 'yaml', 'jsonl'] }],
    ['build', '--arch', { kind: 'words', words: ['arm', 'x86'] }],
    ['build', '--schematic', { kind: 'file' }],
    ['build', '--image-file', { kind: 'file' }],
    ['build', '--directory', { kind: 'file' }],
    ['build', '--var', { kind: 'any' }],
    ['build', '--dry-run', undefined],
    ['build', '--no-fallback', undefined],
    ['sandbox', '--state', { kind: 'directory' }],
    ['schematic check', '--directory', { kind: 'directory' }],
  ])('knows what %s %s takes', (path, name, value) => {
    expect(flag(path, name)?.value).toEqual(value)
  })

  test.each([
    ['build', [{ name: 'target', variadic: false, candidates: { kind: 'words', words: ['control-plane', 'worker'] } }]],
    ['schematic check', [{ name: 'file', variadic: true, candidates: { kind: 'file' } }]],
    ['init', [{ name: 'dir', variadic: false, candidates: { kind: 'directory' } }]],
    [
      'schematic help',
      [{ name: 'command', variadic: false, candidates: { kind: 'words', words: ['id', 'check', 'push', 'show'] } }],
    ],
  ])('knows the arguments of %s', (path, expected) => {
    expect(find(path)?.arguments).toEqual(expected)
  })

  test('knows which flags can be repeated', () => {
    expect(flag('build', '--arch')?.repeatable).toBe(true)
    expect(flag('build', '--manifest')?.repeatable).toBe(false)
  })
})
