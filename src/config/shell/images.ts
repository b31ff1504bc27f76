/** Programs that pass an image on: unpack it, copy it, write it onto the disk. */

import { COMPRESSIONS } from '../../compressions.ts'
import type { Call, Program, Result } from './interpreter.ts'
import { type Content, known, NOTHING, NotKnown, unknownContent, type Value } from './values.ts'
import { DEVICE } from './world.ts'

/** Programs that decompress, and the suffixes that they take from a file's name. */
const UNPACKERS = COMPRESSIONS.flatMap(({ templatePrograms, suffix }) =>
  templatePrograms.map((program): [string, Program] => [program, (call) => unpack(call, suffix)]),
)

export const IMAGE_PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ...UNPACKERS,
  ['cat', (call) => ({ output: concatenate(filesOf(call), call) })],
  ['pv', (call) => ({ output: concatenate(filesOf(call, /^-[sLiNHwD]$/), call) })],
  ['mbuffer', ({ input }) => ({ output: input })],
  ['dd', dd],
  ['tee', tee],
  ['cp', copy],
  ['mv', copy],
  ['ln', copy],
  ['install', copy],
  ['rm', remove],
  ['truncate', cutOff],
  ['touch', (call) => make(filesOf(call), call)],
])

/** The words that are no options, and no values of those that are `valued`. */
function filesOf({ args }: Pick<Call, 'args'>, valued?: RegExp): Value[] {
  return args.filter(({ text }, index) => {
    const before = args[index - 1]?.text
    const isValue = before !== undefined && valued?.test(before) === true
    return (text === '-' || !text.startsWith('-')) && !isValue
  })
}

function concatenate(files: readonly Value[], { input, world }: Call): Content {
  const contents = files.map((file) => (file.text === '-' ? input : world.read(known(file))))
  const [first = input, ...others] = contents
  if (others.length === 0) return first
  const text = contents.map((content) => (content.kind === 'text' ? content.text : undefined))
  return text.includes(undefined)
    ? unknownContent('what several files hold together')
    : { kind: 'text', text: text.join('') }
}

function unpack(call: Call, suffix: string): Result {
  const { program, args, world, text } = call
  const flags = args
    .map((arg) => arg.text)
    .filter((arg) => arg.startsWith('-'))
    .join(' ')
  const has = (letter: string, ...names: readonly string[]): boolean =>
    new RegExp(`(?:^| )(?:-[A-Za-z0-9]*${letter}|${names.map((name) => `--${name}(?= |$)`).join('|')})`).test(flags)
  const files = filesOf(call, /^(?:-[oTM]|--threads|--memlimit)$/)
  // It only looks at the archive.
  if (has('t', 'test') || has('l', 'list')) return { output: unknownContent(`what "${text}" prints`) }
  const unpacks = /^un|cat$|^gunzip$/.test(program) || has('d', 'decompress', 'uncompress')
  if (!unpacks) throw new NotKnown(`"${text}" packs, rather than unpacks`)
  const [file, another] = files
  if (another !== undefined) throw new NotKnown(`"${text}" unpacks several files`)
  const outputAt = args.findIndex((arg) => arg.text === '-o')
  const named = outputAt === -1 ? undefined : args[outputAt + 1]
  const unpacked = unpackedOf(concatenate(file === undefined ? [] : [file], call))
  const toStdout = /cat$/.test(program) || has('c', 'stdout', 'to-stdout')
  if (named === undefined && (toStdout || file === undefined || file.text === '-')) {
    if (unpacked.kind === 'text') throw new NotKnown(`"${text}" gets no image`)
    return { output: unpacked }
  }
  const target =
    named === undefined ? known(file ?? { text: '' }).replace(new RegExp(`\\${suffix}$`), '') : known(named)
  world.write(target, unpacked)
  if (program !== 'zstd' && file !== undefined && !has('k', 'keep')) world.remove(file.text)
  return {}
}

function unpackedOf(content: Content): Content {
  return content.kind === 'image' ? { ...content, isUnpacked: true } : content
}

const PARTIAL = ['seek', 'skip', 'count', 'oseek', 'iseek']
/** Conversions of dd that leave the bytes as they are. */
const FAITHFUL = /^(?:fsync|fdatasync|notrunc|sparse|sync|noerror|nocreat|excl)$/

function dd(call: Call): Result {
  const { args, input, world, text } = call
  const operands = new Map(
    args.map((arg) => {
      const equals = arg.text.indexOf('=')
      return [arg.text.slice(0, equals), { text: arg.text.slice(equals + 1), cause: arg.cause }]
    }),
  )
  const from = operands.get('if')
  const to = operands.get('of')
  if (from?.text === '/dev/zero' && to?.text === DEVICE) {
    world.empty(text)
    return {}
  }
  const content =
    from === undefined
      ? input
      : /^\/dev\/(?:zero|u?random)$/.test(from.text)
        ? unknownContent(from.text)
        : world.read(known(from))
  if (from === undefined && content === NOTHING) throw new NotKnown(`"${text}" gets no image`)
  const partial = PARTIAL.find((name) => operands.has(name))
  if (partial !== undefined && (content.kind === 'image' || to?.text === DEVICE)) {
    throw new NotKnown(`it writes only a part of the image (${partial}=${operands.get(partial)?.text})`)
  }
  const conversion = operands
    .get('conv')
    ?.text.split(',')
    .find((name) => !FAITHFUL.test(name))
  if (conversion !== undefined) throw new NotKnown(`it changes what it copies (conv=${conversion})`)
  if (to === undefined) return { output: content }
  world.write(known(to), content)
  return {}
}

function cutOff(call: Call): Result {
  const { text, world } = call
  for (const file of filesOf(call, /^(?:-[sr]|--size|--reference)$/)) {
    const path = known(file)
    if (path.startsWith('/dev/')) throw new NotKnown(`"${text}"`)
    if (world.find(path)?.kind === 'image') world.write(path, unknownContent(`what "${text}" leaves of the image`))
  }
  return {}
}

function tee(call: Call): Result {
  for (const file of filesOf(call)) call.world.write(known(file), call.input)
  return { output: call.input }
}

function copy(call: Call): Result {
  const { world } = call
  const files = filesOf(call, /^-[mogtS]$/)
  const target = known(files.at(-1) ?? { text: '' })
  for (const file of files.slice(0, -1)) {
    const name = known(file)
    const content = world.read(name)
    const isFolder = target.endsWith('/') || target === '.' || files.length > 2
    world.write(isFolder ? `${target}/${name.split('/').pop()}` : target, content)
    if (call.program === 'mv') world.remove(name)
  }
  return {}
}

/** What goes with the rescue system anyway. */
const REMOVABLE = /^\/(?:tmp|root|var|run|home|etc|opt|srv)\/./

function remove(call: Call): Result {
  const { world, text } = call
  for (const file of filesOf(call)) {
    const path = known(file)
    if (path === '') continue
    if (!REMOVABLE.test(world.path(path))) throw new NotKnown(`"${text}"`)
    world.remove(path)
  }
  return {}
}

function make(files: readonly Value[], { world }: Call): Result {
  for (const { text, cause } of files)
    if (cause === undefined && world.find(text) === undefined) world.write(text, NOTHING)
  return {}
}
