/** What a shell does by itself. */

import { evaluateArguments } from './conditions.ts'
import { open } from './expand.ts'
import type { Call, Path, Program, Result } from './interpreter.ts'
import { joinOutput } from './paths.ts'
import { type Content, known, NOTHING, NotKnown, type TextScript, type Value } from './values.ts'

const end = (flow: NonNullable<Path['flow']>): Program => {
  return ({ world, args: [first] }) => {
    if (flow === 'break' || flow === 'continue') {
      if (first !== undefined && first.text !== '1') throw new NotKnown(`"${flow} ${first.text}"`)
      return [{ world, flow, isTrue: true, output: NOTHING }]
    }
    const isOwn = first === undefined || first.cause !== undefined
    const isTrue = isOwn ? (world.status ?? !world.isUnlikely) : first.text === '0'
    return [{ world, flow, isTrue, output: NOTHING }]
  }
}

export const BUILTINS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['true', () => ({ status: true })],
  [':', () => ({ status: true })],
  ['false', () => ({ status: false })],
  ['break', end('break')],
  ['continue', end('continue')],
  ['return', end('return')],
  ['exit', end('exit')],
  ['test', (call) => ({ status: evaluateArguments(call.args, call) })],
  ['[', (call) => ({ status: evaluateArguments(call.args.slice(0, -1), call) })],
  ['cd', changeFolder],
  ['pushd', changeFolder],
  ...['export', 'declare', 'local', 'readonly', 'typeset'].map((name): [string, Program] => [
    name,
    () => ({ status: true }),
  ]),
  ['unset', unset],
  ['read', read],
  ['mapfile', read],
  ['set', setOptions],
  ['shift', shift],
  ['trap', trap],
  ['eval', (call) => call.shell.runText(call.args.map(known).join(' '), { place: () => call.at }, call)],
  ['source', source],
  ['.', source],
  ...['sh', 'bash', 'dash', 'ash'].map((name): [string, Program] => [name, runShell]),
])

function changeFolder({ world, args }: Call): Result {
  const [to] = args.filter(({ text }) => !/^-[LPe]+$/.test(text))
  if (to === undefined) world.cwd = '/root'
  else if (to.text === '-') throw new NotKnown('which folder "cd -" leads to')
  else world.cwd = world.path(known(to))
  return {}
}

function unset({ world, args }: Call): Result {
  for (const { text } of args) {
    world.variables.delete(text)
    world.functions.delete(text)
  }
  return { status: true }
}

function read({ world, args }: Call): Result {
  for (const { text } of args) if (!text.startsWith('-')) world.variables.set(text, open(`$${text}`))
  return { status: 'open' }
}

function setOptions({ world, args }: Call): Result {
  const texts = args.map(({ text }) => text)
  const stops = texts.findLast(
    (text, index) => /^[-+][a-zA-Z]*e/.test(text) || (text === 'errexit' && /^[-+]/.test(texts[index - 1] ?? '')),
  )
  if (stops !== undefined) {
    const sign = stops === 'errexit' ? texts[texts.indexOf(stops) - 1] : stops
    world.stopsOnFailure = sign?.startsWith('-') === true
  }
  const positional = texts.indexOf('--')
  const options = positional === -1 ? texts : texts.slice(0, positional)
  if (options.some((text) => /^-[a-z]*a/.test(text))) throw new NotKnown('which variables "set -a" exports')
  if (positional !== -1) world.lists.set('@', args.slice(positional + 1))
  return { status: true }
}

function shift({ world, args: [count] }: Call): Result {
  const list = world.lists.get('@') ?? []
  world.lists.set('@', list.slice(Number(count === undefined ? '1' : known(count))))
  return { status: true }
}

/** What runs when the script ends; what runs after a failure or a signal makes no snapshot. */
function trap({ world, args, at }: Call): Result {
  const [command, ...signals] = args.filter(({ text }) => text !== '--')
  if (command === undefined || !signals.some(({ text }) => /^(?:SIG)?EXIT$|^0$/i.test(text))) return {}
  world.atExit = command.text === '-' ? undefined : { text: known(command), script: { place: () => at } }
  return {}
}

/** The ways on which a script ends, with what it has set up for that. */
function runAtExit(path: Path, call: Call): Path[] {
  const { atExit } = path.world
  if (atExit === undefined) return [path]
  path.world.atExit = undefined
  const inside = { ...call, world: path.world, isCondition: false }
  const { output: printed } = path
  const paths = call.shell.runText(atExit.text, atExit.script, inside)
  return paths.map(({ world, output }) => ({ ...path, world, output: joinOutput(printed, output) }))
}

/** A script, wherever it lies. */
export function toScript(content: Content, { machine, text, at }: Pick<Call, 'machine' | 'text' | 'at'>): TextScript {
  if (content.kind === 'text') return { text: content.text, script: content.script ?? { place: () => at } }
  if (content.kind === 'image' && content.source.kind === 'file') return machine.readLocal(content.source.path)
  throw new NotKnown(`what "${text}" runs`, content.kind === 'unknown' ? { why: content.cause } : {})
}

function source(call: Call): Path[] {
  const { args, world, shell } = call
  const { text, script } = toScript(world.read(known(args[0] ?? { text: '' })), call)
  return ended(shell.runText(text, script, withArgs(call, args.slice(1))), 'return')
}

/** `sh FILE`, `sh -c TEXT`, or what comes in. */
function runShell(call: Call): Path[] {
  const { args, world, input, at: place } = call
  const isOption = ({ text }: Value, index: number): boolean =>
    /^[-+]/.test(text) || /^[-+][a-zA-Z]*o$/.test(args[index - 1]?.text ?? '')
  const first = args.findIndex((arg, index) => !isOption(arg, index))
  const options = (first === -1 ? args : args.slice(0, first)).map(({ text }) => text)
  const [file, ...others] = first === -1 ? [] : args.slice(first)
  const has = (letter: string): boolean => options.some((text) => new RegExp(`^-[a-zA-Z]*${letter}`).test(text))
  const isInput = file === undefined || has('s')
  const script = has('c')
    ? { text: known(file ?? { text: '' }), script: { place: () => place } }
    : toScript(isInput ? input : world.read(known(file)), call)
  // The word behind a text is the name of the script.
  const stops = has('e') || /(?:^| )-[a-zA-Z]*o errexit/.test(options.join(' '))
  return runScript(script, has('c') ? others.slice(1) : others, stops, call)
}

const SHEBANG = /^#!\s*(?:\S*\/env\s+(?:-\S+\s+)*)?(?:\S*\/)?(\S+)(.*)/

/** Runs a text as a script of its own. */
export function runScript({ text, script }: TextScript, args: readonly Value[], stops: boolean, call: Call): Path[] {
  const { world } = call
  const [, language, options = ''] = SHEBANG.exec(text) ?? []
  if (language !== undefined && !/^(?:ba|da|a)?sh$/.test(language)) throw new NotKnown(`a script for ${language}`)
  const { variables, lists, functions, cwd, stopsOnFailure } = world
  const { exported, locals } = world
  const kept = () => ({ variables: new Map(variables), lists: new Map(lists), functions: new Map(functions) })
  const seen = [...variables].filter(([name]) => exported.has(name))
  Object.assign(world, { variables: new Map(seen), functions: new Map(), locals: undefined })
  world.stopsOnFailure = stops || / -(?:[a-z]*e|[a-z]*o +errexit)/.test(options)
  const { atExit } = world
  world.atExit = undefined
  const paths = call.shell.runText(text, script, withArgs(call, args)).flatMap((path) => runAtExit(path, call))
  for (const path of paths) Object.assign(path.world, { ...kept(), exported, locals, atExit, cwd, stopsOnFailure })
  return ended(paths, 'exit')
}

export function withArgs(call: Call, args: readonly Value[]): Call {
  call.world.lists = new Map(call.world.lists).set('@', args)
  return call
}

/** What ends with a function or script is over then. */
export function ended(paths: readonly Path[], flow: Path['flow']): Path[] {
  return paths.map((path) => (path.flow === flow ? { ...path, flow: undefined } : path))
}
