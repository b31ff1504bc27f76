/** Programs that print a text, as far as what they print is known. */

import { posix } from 'node:path'
import { countFrom } from './expand.ts'
import type { Call, Program, Result } from './interpreter.ts'
import { substitute } from './patterns.ts'
import { type Content, NOTHING, NotKnown, unknownContent, type Value } from './values.ts'

const print = (text: string | undefined, call: Call): Result => ({
  output: text === undefined ? unknownContent(`what "${call.text}" prints`) : { kind: 'text', text: `${text}\n` },
})

/** As Debian says it. */
const DEBIAN = { x86_64: 'amd64', aarch64: 'arm64' } as const

const wordsOf = ({ args }: Pick<Call, 'args'>): Value[] => args.filter(({ text }) => !text.startsWith('-'))

/** The first text that is no option, when it is known. */
function firstOf(call: Call): string | undefined {
  const [first] = wordsOf(call)
  return first?.cause === undefined ? first?.text : undefined
}

const hasOnly = ({ args }: Call, ...options: readonly string[]): boolean =>
  args.length === 1 && options.includes(args[0]?.text ?? '')

export const TEXT_PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['echo', echo],
  ['printf', printf],
  ['uname', (call) => print(unameOf(call), call)],
  ['arch', (call) => print(call.machine.architecture, call)],
  ['dpkg', (call) => print(hasOnly(call, '--print-architecture') ? debianOf(call) : undefined, call)],
  ['whoami', (call) => print('root', call)],
  ['id', (call) => print(hasOnly(call, '-u') ? '0' : hasOnly(call, '-un') ? 'root' : undefined, call)],
  ['pwd', (call) => print(call.world.cwd, call)],
  [
    'basename',
    (call) =>
      print(
        withFirst(call, (name, suffix) => posix.basename(name, suffix)),
        call,
      ),
  ],
  [
    'dirname',
    (call) =>
      print(
        withFirst(call, (name) => posix.dirname(name)),
        call,
      ),
  ],
  [
    'readlink',
    (call) =>
      print(
        withFirst(call, (name) => call.world.path(name)),
        call,
      ),
  ],
  [
    'realpath',
    (call) =>
      print(
        withFirst(call, (name) => call.world.path(name)),
        call,
      ),
  ],
  ['mktemp', mktemp],
  ['seq', seq],
  ['sed', sed],
  ['head', (call) => filter(call, (text) => firstLine(call, text))],
  ['tr', (call) => filter(call, (text) => deleteIn(call, text))],
  ...[
    'jq',
    'yq',
    'cut',
    'awk',
    'gawk',
    'grep',
    'egrep',
    'fgrep',
    'tail',
    'sort',
    'uniq',
    'rev',
    'wc',
    'od',
    'xxd',
    'hexdump',
  ].map((name): [string, Program] => [name, (call) => filter(call, () => undefined)]),
  ['python3', programOfItsOwn],
  ['xargs', programOfItsOwn],
])

function echo(call: Call): Result {
  const isOption = ({ text }: Value): boolean => /^-[neE]+$/.test(text)
  const words = call.args.slice(call.args.findIndex((arg) => !isOption(arg)))
  const cause = words.find((word) => word.cause !== undefined)?.cause
  if (cause !== undefined) return { output: { kind: 'unknown', cause }, status: true }
  const text = call.args.every(isOption) ? '' : words.map((word) => word.text.replaceAll('\\n', '\n')).join(' ')
  return { ...print(text, call), status: true }
}

function printf(call: Call): Result {
  const [format, ...values] = call.args
  const cause = call.args.find((arg) => arg.cause !== undefined)?.cause
  if (cause !== undefined) return { output: { kind: 'unknown', cause }, status: true }
  const rest = values.map(({ text }) => text)
  let used = 0
  const text = format?.text.replaceAll('\\n', '\n').replace(/%s/g, () => rest[used++] ?? '')
  if (text === undefined || text.includes('%') || rest.length > used) return print(undefined, call)
  return { output: { kind: 'text', text }, status: true }
}

function unameOf(call: Call): string | undefined {
  if (hasOnly(call, '-m', '--machine')) return call.machine.architecture
  return call.args.length === 0 || hasOnly(call, '-s') ? 'Linux' : undefined
}

const debianOf = ({ machine }: Call): string | undefined => machine.architecture && DEBIAN[machine.architecture]

function withFirst(call: Call, change: (first: string, second: string | undefined) => string): string | undefined {
  const [, second] = wordsOf(call)
  const first = firstOf(call)
  return first === undefined || second?.cause !== undefined ? undefined : change(first, second?.text)
}

function mktemp(call: Call): Result {
  const name = `/tmp/tmp.${call.world.files.size}`
  if (!call.args.some(({ text }) => /^-[a-z]*[du]|^--d/.test(text))) call.world.write(name, NOTHING)
  return print(name, call)
}

function seq(call: Call): Result {
  const words = call.args.map(({ text, cause }) =>
    cause === undefined && /^\d+$/.test(text) ? Number(text) : undefined,
  )
  const [first, second] = words.length === 1 ? [1, words[0]] : words
  const isPlain = words.length <= 2 && first !== undefined && second !== undefined
  return print(isPlain && first <= second ? countFrom(first, second).join('\n') : undefined, call)
}

/** What a filter makes of its files or its input; the answer of a Factory, or a sum, stays one. */
function filter(call: Call, change: (text: string) => string | undefined): Result {
  const { input, world, program } = call
  const words = wordsOf(call)
  const files = words.flatMap(({ text, cause }) => (cause === undefined ? (world.find(text) ?? []) : []))
  const content = input === NOTHING ? files.at(-1) : input
  const status = /grep$/.test(program) ? 'open' : 'likely'
  if (content?.kind === 'unknown') return { output: content, status }
  if (content?.kind === 'image') {
    const { source } = content
    const why = `what is in ${source.kind === 'file' ? source.path : source.url}`
    return { output: { kind: 'unknown', cause: { why, at: content.at } }, status }
  }
  const text = content?.kind === 'text' ? change(content.text) : undefined
  const output: Content = text === undefined ? unknownContent(`what "${call.text}" prints`) : { kind: 'text', text }
  return { output, status }
}

/** What they do is not known, except with the answer of a Factory. */
function programOfItsOwn({ input, text }: Call): Result {
  if (input.kind === 'unknown' && input.cause.posted !== undefined) return { output: input }
  throw new NotKnown(`"${text}"`)
}

function firstLine({ args }: Call, text: string): string | undefined {
  return /^-(?:n ?)?1$/.test(args.map((arg) => arg.text).join(' ')) ? text.replace(/\n[\s\S]*/, '\n') : undefined
}

function deleteIn({ args: [option, characters] }: Call, text: string): string | undefined {
  if (option?.text !== '-d' || !/^(?:\\n|\\r|"|')+$/.test(characters?.text ?? '')) return undefined
  const deleted = (characters?.text ?? '').replaceAll('\\n', '\n').replaceAll('\\r', '\r')
  return [...text].filter((character) => !deleted.includes(character)).join('')
}

const SUBSTITUTION = /^s([/|#,:])(\^?[\w .-]+\$?)\1((?:(?!\1)[^\\&])*)\1(g?)$/

function sed(call: Call): Result {
  const { args, world } = call
  if (args.some(({ text }) => /^-[nErsz]*i|^--in-place/.test(text))) {
    for (const { text, cause } of wordsOf(call).slice(1)) {
      if (cause === undefined) world.write(text, unknownContent(`what "${call.text}" makes of ${text}`))
    }
    return {}
  }
  const scripts = args.filter(({ text }) => !/^-[nEre]+$/.test(text) && world.find(text) === undefined)
  return filter(call, (text) => {
    const steps = scripts.flatMap((script) => script.text.split(/[;\n]/)).map((step) => SUBSTITUTION.exec(step.trim()))
    return steps.reduce<string | undefined>((done, step) => {
      if (done === undefined || step === null) return undefined
      const [, , pattern = '', replacement = '', flags = ''] = step
      return substitute(done, pattern, replacement, flags === 'g')
    }, text)
  })
}
