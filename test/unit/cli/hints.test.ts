/** All texts of errors and hints in the sources, as their syntax trees have them. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.ts'
import type { CommandDefinition, CommandGroup } from '../../../src/cli/define-command.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** What stands for a value in a template. */
const VALUE = '<value>'

interface Found {
  readonly key: string
  readonly text: string
  readonly at: string
}

/** Functions that are given the texts of an error. */
const MAKES_ERROR = /(error|problem|failure|refuse|wrong|notPrivate|notStarted)$/i

const found = ['src', 'packages/hcloud-sandbox/src', 'packages/talos-schematic/src'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => textsOf(join(folder, file))),
)

/** The texts of properties and variables that are called `message` or `hint`, and of all others. */
function textsOf(file: string): Found[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const texts: Found[] = []
  const visit = (node: unknown, key: string): void => {
    if (Array.isArray(node)) for (const one of node) visit(one, key)
    if (typeof node !== 'object' || node === null || !('type' in node)) return
    const add = (text: string, start: unknown): void => {
      texts.push({ key, text, at: `${file}:${source.slice(0, Number(start)).split('\n').length}` })
    }
    if (node.type === 'Literal' && 'value' in node && typeof node.value === 'string' && 'start' in node) {
      add(node.value, node.start)
    }
    if (node.type === 'TemplateLiteral' && 'quasis' in node && Array.isArray(node.quasis) && 'start' in node) {
      const cooked: unknown[] = node.quasis.map((quasi: { value: { cooked: unknown } }) => quasi.value.cooked)
      add(cooked.join(VALUE), node.start)
    }
    // Such as `diskError('no space is left', 'remove something')`.
    if (
      node.type === 'CallExpression' &&
      'callee' in node &&
      'arguments' in node &&
      MAKES_ERROR.test(calledIn(node.callee))
    ) {
      visit(node.arguments, 'message')
    }
    const name = nameOf(node)
    for (const [field, value] of Object.entries(node)) {
      // What is called, indexed or compared is no text of its own.
      const isPart = field === 'value' || field === 'init' || field === 'consequent' || field === 'alternate'
      const goesOn = isPart || field === 'right' || field === 'expression'
      visit(value, name !== undefined && isPart ? name : goesOn ? key : '')
    }
  }
  visit(parseAst(source, { lang: 'ts' }), '')
  return texts
}

function calledIn(callee: unknown): string {
  return typeof callee === 'object' && callee !== null && 'name' in callee ? String(callee.name) : ''
}

/** What a property or a variable is called. */
function nameOf(node: object): string | undefined {
  const key = 'key' in node ? node.key : 'id' in node ? node.id : undefined
  if (typeof key !== 'object' || key === null || !('name' in key) || typeof key.name !== 'string') return undefined
  return key.name
}

/** What a sentence may begin with in capitals: names. */
const NAMES = /^(Hetzner|Packer|Terraform|Talos|Factory|Node\.js|Go|Debian|GitHub|GitLab|Linux|Markdown|Windows|Perl)\b/

test('errors and hints are in lower case, without a full stop', () => {
  const messages = found.filter(
    // Questions, what the real cloud says, and what Terraform shows, which has sentences, are written otherwise.
    ({ key, text, at }) =>
      ['message', 'hint'].includes(key) &&
      text.includes(' ') &&
      !/init\/questions|src\/cloud\/|src\/provider\//.test(at),
  )
  expect(messages.length).toBeGreaterThan(400)
  const odd = messages.filter(
    ({ text }) => (/^[A-Z][a-z]/.test(text) && !NAMES.test(text)) || /[^. ]\.$/.test(text) || /[.!] [A-Z]/.test(text),
  )
  expect(odd.map(({ at, text }) => `${at} ${text}`)).toEqual([])
})

test('a command in a message stands in backticks, behind a colon where it is what to do', () => {
  const names = Object.keys(COMMANDS).join('|')
  const commands = found.filter(
    ({ text, at }) =>
      new RegExp(`talos-image (${names})\\b`).test(text) &&
      // Scripts and files, whose commands are not pasted; and calls that make a pasteable one of it.
      !/src\/cli\/(completion\/|init\/files|sandbox-names)/.test(at) &&
      !text.startsWith('talos-image ') &&
      !/^(echo|cat|source|ID=)/.test(text),
  )
  expect(commands.length).toBeGreaterThan(20)
  const bare = commands.filter(({ text }) =>
    new RegExp(`talos-image (${names})\\b`).test(text.replaceAll(/`[^`]*`/g, '')),
  )
  expect(bare.map(({ at, text }) => `${at} ${text}`)).toEqual([])
  // What is no command yet, such as one that takes a FILE, stays in its sentence.
  const midway = commands.filter(({ key, text }) => {
    const complete = [...text.matchAll(/`[^`]*talos-image [^`]*`/g)].filter(([command]) => !/ [A-Z]+`/.test(command))
    return (
      key === 'hint' &&
      complete.some(({ 0: command }) => !text.includes(`: ${command}`) || !/^(; |$)/.test(text.split(command)[1] ?? ''))
    )
  })
  expect(midway.map(({ at, text }) => `${at} ${text}`)).toEqual([])
})

test('a command in a message has flags that it takes', async () => {
  const flags = new Map<string, readonly string[]>()
  const note = (path: string, { parameters }: CommandDefinition): void => {
    flags.set(
      path,
      Object.keys(parameters).flatMap((words) => words.match(/--[\w-]+/g) ?? []),
    )
  }
  for (const [name, [, , load]] of Object.entries(COMMANDS)) {
    const command: CommandDefinition | CommandGroup = (await load()).command
    if (!('commands' in command)) note(name, command)
    else for (const [sub, [, open]] of Object.entries(command.commands)) note(`${name} ${sub}`, (await open()).command)
  }
  const wrong = found.flatMap(({ text, at }) =>
    [...text.matchAll(/`talos-image ((?:schematic )?[a-z][a-z-]*)([^`]*)`/g)].flatMap(
      ([command, path = '', rest = '']) => {
        const own = flags.get(path)
        const unknown = (rest.match(/--[\w-]+/g) ?? []).filter((flag) => own?.includes(flag) === false)
        return own === undefined || unknown.length > 0 ? [`${at} ${command}`] : []
      },
    ),
  )
  expect(wrong).toEqual([])
})
