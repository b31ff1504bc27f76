/** Runs a simple command: its assignments, the program that it names, and where that reads and writes. */

import type { Assignment, Command, Word } from 'unbash'
import { BUILTINS, ended, runScript, toScript, withArgs } from './builtins.ts'
import { download } from './downloads.ts'
import { expandText, expandWords } from './expand.ts'
import { findHarmless } from './harmless.ts'
import { IMAGE_PROGRAMS } from './images.ts'
import type { Call, Path, Program, Setting } from './interpreter.ts'
import { toPaths } from './paths.ts'
import { redirect } from './redirects.ts'
import { sumProgram } from './sums.ts'
import { TEXT_PROGRAMS } from './texts.ts'
import { checkLength, checkWords, known, NOTHING, NotKnown, type Value } from './values.ts'
import { World } from './world.ts'

const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['wget', download],
  ['curl', download],
  ...IMAGE_PROGRAMS,
  ...TEXT_PROGRAMS,
  ...['sha256sum', 'shasum', 'sha512sum', 'sha1sum', 'md5sum', 'b2sum', 'cksum'].map((name): [string, Program] => [
    name,
    sumProgram,
  ]),
])

export function runSimpleCommand(node: Command, setting: Setting): Path[] {
  const { world, script } = setting
  const at = script.place(node.pos)
  const before = setting.isCondition ? new World(world) : undefined
  world.at = at
  const { exported } = world
  const own = node.prefix.flatMap((one) => (one.type === 'Assignment' ? [one.name] : []))
  const kept = new Map(own.map((name) => [name, world.variables.get(name)]))
  if (node.name !== undefined && own.length > 0) world.exported = new Set([...exported, ...own])
  for (const one of node.prefix) if (one.type === 'Assignment') assign(one, setting)
  const words = node.args.filter((arg) => arg.type === 'Word')
  const values = [...(node.name === undefined ? [] : [node.name]), ...words].flatMap((word: Word) =>
    expandWords(word, setting),
  )
  const { input, finish } = redirect(node.redirects, setting)
  const shown = values.map(({ text }) => text).join(' ')
  const text = shown.length > 120 ? `${shown.slice(0, 117)}...` : shown
  const inner = { ...setting, input }
  if (node.name === undefined) return finish([{ world, flow: undefined, isTrue: true, output: NOTHING }])
  declare(node, values, setting)
  for (const one of node.args) if (one.type === 'Assignment') assign(one, setting)
  const called = unwrap(values, setting)
  if (called === undefined) return finish([{ world, flow: undefined, isTrue: true, output: NOTHING }])
  const [program, ...args] = called
  const result = runProgram({ ...inner, text, at, program: known(program), args })
  const paths = Array.isArray(result) ? result : toPaths(inner, result, { text, at, before })
  // Variables in front of a command are those of that command alone.
  for (const { world: after } of paths) {
    for (const name of own) restore(after, name, kept.get(name))
    if (own.length > 0) after.exported = exported
  }
  return finish(paths)
}

/** `export`, `local` and their like, before the values are there. */
function declare({ name, args }: Command, values: readonly Value[], { world }: Setting): void {
  const command = name?.value ?? ''
  const words = values.slice(1).map(({ text }) => text)
  const names = [
    ...words.filter((text) => !text.startsWith('-')),
    ...args.flatMap((arg) => (arg.type === 'Assignment' ? [arg.name] : [])),
  ]
  const isDeclaration = command === 'declare' || command === 'typeset'
  if (command === 'export' || (isDeclaration && words.some((text) => /^-[a-zA-Z]*x/.test(text)))) {
    world.exported = new Set([...world.exported, ...names])
  }
  const isOwn = command === 'local' || (isDeclaration && !words.some((text) => /^-[a-zA-Z]*g/.test(text)))
  if (!isOwn || world.locals === undefined) return
  const added = names.filter((one) => world.locals?.has(one) === false)
  world.locals = new Map([...world.locals, ...added.map((one) => [one, world.variables.get(one)] as const)])
}

function restore({ variables }: World, name: string, value: Value | undefined): void {
  if (value === undefined) variables.delete(name)
  else variables.set(name, value)
}

function assign({ name, value, append, index }: Assignment, setting: Setting): void {
  const { world } = setting
  if (index !== undefined) throw new NotKnown(`what ${name}[...] stands for`)
  const list = world.lists.get(name)
  if (value.type === 'ArrayValue') {
    const items = value.elements.flatMap((element) => expandWords(element, setting))
    checkWords((append === true ? (list?.length ?? 0) : 0) + items.length)
    world.lists.set(name, append === true ? [...(list ?? []), ...items] : items)
    return
  }
  const given = expandText(value, setting)
  const old = append === true ? world.variables.get(name) : undefined
  checkLength((old?.text.length ?? 0) + given.text.length)
  world.variables.set(name, { text: (old?.text ?? '') + given.text, cause: old?.cause ?? given.cause })
}

/** Programs that only run another one: options that take the next word, and how many words come before the program. */
const WRAPPERS: ReadonlyMap<string, { readonly valued: RegExp; readonly operands?: number }> = new Map([
  ['sudo', { valued: /^-[ugpCDhRrTt]$/ }],
  ['doas', { valued: /^-[uC]$/ }],
  ['env', { valued: /^-[uCS]$/ }],
  ['time', { valued: /^-[fo]$/ }],
  ['nice', { valued: /^-n$/ }],
  ['ionice', { valued: /^-[cn]$/ }],
  ['stdbuf', { valued: /^-[ioe]$/ }],
  ['timeout', { valued: /^-[ks]$/, operands: 1 }],
  ['nohup', { valued: /^$/ }],
  ['setsid', { valued: /^$/ }],
  ['exec', { valued: /^-a$/ }],
  ['command', { valued: /^$/ }],
  ['builtin', { valued: /^$/ }],
])

/** @returns the program that is really run; undefined when there is none */
function unwrap(values: readonly Value[], setting: Setting): [Value, ...Value[]] | undefined {
  const rest = [...values]
  for (let first = rest.shift(); first !== undefined; first = rest.shift()) {
    const wrapper = WRAPPERS.get(nameOf(first.text))
    if (wrapper === undefined || setting.world.functions.has(first.text)) return [first, ...rest]
    if (first.text === 'command' && /^-[vV]$/.test(rest[0]?.text ?? '')) return [{ text: 'which' }, ...rest.slice(1)]
    while (rest[0]?.text.startsWith('-')) if (wrapper.valued.test(rest.shift()?.text ?? '')) rest.shift()
    rest.splice(0, wrapper.operands ?? 0)
    for (let next = rest[0]; next !== undefined; next = rest[0]) {
      const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(next.text) ?? []
      if (name === undefined || value === undefined) break
      setting.world.variables.set(name, { text: value, cause: next.cause })
      setting.world.exported = new Set([...setting.world.exported, name])
      rest.shift()
    }
    if (rest.length === 0 && /^(?:sudo|doas|timeout|command)$/.test(first.text)) return [first]
  }
  return undefined
}

/** Without the folder, when it is one that every system has. */
const nameOf = (program: string): string => program.replace(/^\/(?:usr\/)?(?:local\/)?s?bin\//, '')

function runProgram(called: Call): ReturnType<Program> {
  const call = { ...called, program: nameOf(called.program) }
  const { program, args, world, shell, text } = call
  const own = world.functions.get(called.program)
  if (own !== undefined) {
    const { locals } = world
    const list = world.lists.get('@')
    world.locals = new Map()
    const paths = shell.runNode(own.body, { ...withArgs(call, args), script: own.script })
    for (const path of paths) {
      for (const [name, value] of path.world.locals ?? []) restore(path.world, name, value)
      path.world.locals = locals
      path.world.lists.set('@', list ?? [])
    }
    return ended(paths, 'return')
  }
  if (args.length === 1 && /^--(?:version|help)$/.test(args[0]?.text ?? '')) return { output: printed(call) }
  const known = BUILTINS.get(program) ?? PROGRAMS.get(program)
  if (known !== undefined) return known(call)
  const harmless = findHarmless(call)
  if (harmless !== undefined)
    return harmless.asks ? { status: 'open', output: printed(call) } : { output: printed(call) }
  const file = program.includes('/') ? world.find(program) : undefined
  if (file !== undefined) return runScript(toScript(file, call), args, false, call)
  throw new NotKnown(`"${text}"`)
}

const printed = ({ text }: Call) => ({ kind: 'unknown', cause: { why: `what "${text}" prints` } }) as const
