/** Finds out which URL a sequence of shell commands writes onto the disk, if that is all that they do. */

import { COMPRESSIONS } from '../../compressions.ts'
import type { Pipeline, SimpleCommand } from './commands.ts'
import { type Download, readDownload } from './downloads.ts'
import { DEVICE, isHarmless } from './harmless.ts'

/** What is known by now: what lies in which file, and what was written to the disk. */
export interface ImageWriting {
  readonly files: Map<string, string>
  readonly written: string[]
}

export const createImageWriting = (): ImageWriting => ({ files: new Map(), written: [] })

/** A command that is not known, and what about it. */
export interface UnknownCommand {
  readonly command: SimpleCommand
  readonly why: string
}

/** Follows one pipeline; says which command of it is not known. */
export function followPipeline({ commands, isFallback }: Pipeline, state: ImageWriting): UnknownCommand | undefined {
  const deciding = isFallback ? commands.find((command) => !isHarmless(command)) : undefined
  if (deciding !== undefined)
    return { command: deciding, why: `"${deciding.text}" runs only when another command fails` }
  let stream: string | undefined
  for (const [index, command] of commands.entries()) {
    const step = followCommand(command, stream, index > 0, state)
    if (typeof step === 'string') return { command, why: step }
    stream = step.stream
  }
  return undefined
}

/** What goes on to the next program. */
interface Flow {
  readonly stream: string | undefined
}

const NOTHING: Flow = { stream: undefined }

/** @returns what goes on from here, or what is not known about the command */
function followCommand(
  command: SimpleCommand,
  stream: string | undefined,
  isFed: boolean,
  state: ImageWriting,
): Flow | string {
  const { program } = command
  if (program === 'wget' || program === 'curl') {
    const download = readDownload(command)
    return typeof download === 'string' ? download : fetchTo(download, state)
  }
  const suffix = SUFFIXES.get(program)
  if (suffix !== undefined) return unpack(command, suffix, stream, state)
  if (program === 'cat' || program === 'pv') return copy(command, filesOf(command)[0], stream, state)
  if (program === 'dd' && !isHarmless(command)) return followDd(command, stream, state)
  if (program === 'tee' && stream !== undefined) return write(stream, filesOf(command), state) ?? NOTHING
  if (program === 'cp' || program === 'mv') return followCopy(command, state)
  if (isHarmless(command)) return isFed && stream !== undefined ? `the image goes into "${program}"` : NOTHING
  return `"${command.text}" is not known`
}

function fetchTo({ url, file }: Download, state: ImageWriting): Flow | string {
  if (file === undefined) return { stream: url }
  if (file === '/dev/stdout') return { stream: url }
  return write(url, [file], state) ?? NOTHING
}

/** Puts the image where a command says. @returns undefined when that is known */
function write(url: string, targets: readonly string[], { files, written }: ImageWriting): string | undefined {
  for (const target of targets) {
    if (target === DEVICE) written.push(url)
    else if (target.startsWith('/dev/') && target !== '/dev/null') return `it writes to ${target}, not to ${DEVICE}`
    else files.set(target, url)
  }
  return undefined
}

/** Programs that decompress, and the suffixes that they take from a file's name. */
const SUFFIXES: ReadonlyMap<string, string> = new Map(
  COMPRESSIONS.flatMap(({ templatePrograms, suffix }) => templatePrograms.map((program) => [program, suffix])),
)

function unpack(
  command: SimpleCommand,
  suffix: string,
  stream: string | undefined,
  state: ImageWriting,
): Flow | string {
  const { program, args } = command
  const flags = args.filter((arg) => arg.startsWith('-')).join(' ')
  const unpacks = /^un|cat$|^gunzip$/.test(program) || /(?:^| )(?:-[A-Za-z0-9]*d|--decompress|--uncompress)/.test(flags)
  if (!unpacks) return `"${command.text}" packs, rather than unpacks`
  const outputAt = args.indexOf('-o')
  const output = outputAt === -1 ? undefined : args[outputAt + 1]
  const [file] = filesOf(command).filter((name) => name !== output)
  const toStdout = /cat$/.test(program) || /(?:^| )(?:-[A-Za-z0-9]*c|--stdout|--to-stdout)/.test(flags)
  if (output === undefined && (toStdout || file === undefined)) return copy(command, file, stream, state)
  const url = file === undefined ? stream : state.files.get(file)
  if (url === undefined) return `it is not known what is in ${file}`
  const unpacked = output ?? file?.slice(0, -suffix.length) ?? ''
  return write(url, [unpacked], state) ?? NOTHING
}

/** What comes in, or lies in a file, goes on: to the next program, or where it is redirected to. */
function copy(
  command: SimpleCommand,
  file: string | undefined,
  fed: string | undefined,
  state: ImageWriting,
): Flow | string {
  const input = file ?? command.redirects.find(({ operator }) => operator === '<')?.target
  const url = input === undefined || input === '-' ? fed : state.files.get(input)
  if (url === undefined)
    return input === undefined ? `"${command.text}" gets no image` : `it is not known what is in ${input}`
  const output = command.redirects.find(({ operator }) => /^1?>$/.test(operator))?.target
  if (output === undefined) return { stream: url }
  return write(url, [output], state) ?? NOTHING
}

function followDd(command: SimpleCommand, fed: string | undefined, state: ImageWriting): Flow | string {
  const operands = new Map(command.args.map((arg) => [arg.split('=')[0] ?? '', arg.slice(arg.indexOf('=') + 1)]))
  for (const name of ['seek', 'skip', 'count', 'oseek', 'iseek']) {
    if (operands.has(name)) return `it writes only a part of the image (${name}=${operands.get(name)})`
  }
  const flow = copy(command, operands.get('if'), fed, state)
  const output = operands.get('of')
  if (typeof flow === 'string' || output === undefined || flow.stream === undefined) return flow
  return write(flow.stream, [output], state) ?? NOTHING
}

function followCopy(command: SimpleCommand, state: ImageWriting): Flow | string {
  const [from = '', to = ''] = filesOf(command)
  const url = state.files.get(from)
  if (url === undefined) return `it is not known what is in ${from}`
  return write(url, [to], state) ?? NOTHING
}

function filesOf({ args }: SimpleCommand): string[] {
  return args.filter((arg) => arg === '-' || !arg.startsWith('-'))
}
