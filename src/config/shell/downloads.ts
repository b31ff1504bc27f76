/** `wget` and `curl`: what they fetch, and where they put it. */

import { posix } from 'node:path'
import { parseArgs } from 'node:util'
import { findProxies, proxyFor } from '../../util/proxies.ts'
import { BODIES, DOWNLOAD_OPTIONS } from './download-options.ts'
import type { Call, Result } from './interpreter.ts'
import { type Cause, type Content, known, NOTHING, NotKnown, unknownContent, type Value } from './values.ts'

interface Given {
  readonly name: string
  /** As it is written. */
  readonly rawName: string
  readonly value: Value | undefined
}

/** The options and URLs of a call, in order. */
interface Request {
  readonly given: readonly Given[]
  readonly urls: readonly Value[]
}

export function download(call: Call): Result {
  const program = call.program === 'wget' ? 'wget' : 'curl'
  const request = readRequest(program, call)
  const { given, urls } = request
  if (urls.length === 0) throw new NotKnown(`${program} with no URL`)
  const has = (...names: readonly string[]): boolean => given.some(({ name }) => names.includes(name))
  if (has('head', 'spider')) return { output: unknownContent(`what "${call.text}" prints`) }
  const outputs = values(given, 'output', 'output-document')
  const place = program === 'wget' ? placeOfWget : placeOfCurl
  // wget puts all that it fetches into the one file of -O, one after the other.
  if (program === 'wget' && outputs.length > 0 && urls.length > 1) throw joined(call)
  const replaces = program === 'curl' || outputs.length > 0 || has('timestamping')
  let output: Content = NOTHING
  for (const [index, url] of urls.entries()) {
    const content = contentOf(url, request, call)
    const file = place(url, outputs[program === 'wget' ? 0 : index], request)
    if (file === undefined || /^\/dev\/(?:stdout|fd\/1)$/.test(file)) {
      if (output !== NOTHING) throw joined(call)
      output = content
      continue
    }
    const before = call.world.find(file)
    // wget takes another name, NAME.1, or goes on with what is there: the same again, or something else.
    if (!replaces && before?.kind === 'image' && !isSame(before, content))
      throw new NotKnown(`"${call.text}" does not replace ${file}, which is there already`)
    call.world.write(file, content)
  }
  return has('write-out') && output === NOTHING ? { output: unknownContent(`what "${call.text}" prints`) } : { output }
}

const joined = ({ text }: Call): NotKnown => new NotKnown(`"${text}" puts several downloads together`)

const isSame = (one: Content, other: Content): boolean =>
  one.kind === 'image' && other.kind === 'image' && JSON.stringify(one.source) === JSON.stringify(other.source)

function readRequest(program: 'curl' | 'wget', { args }: Call): Request {
  const { options } = DOWNLOAD_OPTIONS[program]
  // A value may be unknown: it is found again by what it looks like.
  const byText = new Map(args.map((arg) => [arg.text, arg]))
  const find = (text: string): Value =>
    byText.get(text) ?? { text, cause: args.find((arg) => arg.cause !== undefined && arg.text.endsWith(text))?.cause }
  const { tokens } = parseArgs({
    args: args.map(({ text }) => text),
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const given: Given[] = []
  const urls: Value[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') urls.push(find(token.value))
    else if (token.kind === 'option') {
      const { name, rawName, value } = token
      if (options[name] === undefined) throw new NotKnown(`the option ${rawName} of ${program}`)
      given.push({ name, rawName, value: value === undefined ? undefined : find(value) })
      if (name === 'url' && value !== undefined) urls.push(find(value))
    }
  }
  return { given, urls }
}

const values = (given: readonly Given[], ...names: readonly string[]): Value[] =>
  given.flatMap(({ name, value }) => (names.includes(name) && value !== undefined ? [value] : []))

function contentOf(url: Value, request: Request, call: Call): Content {
  const { given } = request
  const program = call.program === 'wget' ? 'wget' : 'curl'
  const body = given.find(({ name }) => BODIES.has(name))
  if (/\/schematics\/?$/.test(url.text) && body !== undefined) {
    return {
      kind: 'unknown',
      cause: { why: 'a schematic is sent to the Image Factory', at: call.at, posted: { file: fileOf(body, call) } },
    }
  }
  const deciding = given.find((one) => DOWNLOAD_OPTIONS[program].deciding.has(one.name) && !isHarmlessHeader(one))
  if (deciding !== undefined) {
    return { kind: 'unknown', cause: { why: `the option ${deciding.rawName} of ${program}`, at: call.at } }
  }
  const { text, cause } = url
  if (cause?.posted !== undefined) {
    const proxy = findProxy('https://factory', request, call)
    return {
      kind: 'image',
      source: { kind: 'schematic', url: text, ...cause.posted, ...(proxy === undefined ? {} : { proxy }) },
      at: cause.at ?? call.at,
      isUnpacked: false,
    }
  }
  if (cause !== undefined) return { kind: 'unknown', cause: withPlace(cause, call) }
  if (!URL.canParse(text) || !/^(?:https?|ftp):/i.test(text))
    throw new NotKnown(`${program} of "${text}", which is no URL`)
  const proxy = findProxy(text, request, call)
  const source = { kind: 'url', url: text, ...(proxy === undefined ? {} : { proxy }) } as const
  return { kind: 'image', source, at: call.at, isUnpacked: false }
}

const withPlace = (cause: Cause, { at }: Call): Cause => ({ ...cause, at: cause.at ?? at })

/** Who asks, and for which form, makes no difference. */
function isHarmlessHeader({ name, value }: Given): boolean {
  if (name === 'request') return value?.text === 'GET'
  return (
    name === 'header' &&
    value?.cause === undefined &&
    /^(?:user-agent|accept-encoding|cache-control):/i.test(value?.text ?? '')
  )
}

/** The file on this computer whose content is sent. */
function fileOf({ name, value }: Given, { world }: Call): string | undefined {
  const path = value?.text ?? ''
  const isFile = name.endsWith('-file') || path.startsWith('@') || path.startsWith('file=@')
  if (!isFile || value?.cause !== undefined) return undefined
  const content = world.find(path.replace(/^.*@/, ''))
  return content?.kind === 'image' && content.source.kind === 'file' ? content.source.path : undefined
}

/** The proxy that a download goes through, by its option or by the variables of the shell; undefined without one. */
function findProxy(url: string, { given }: Request, { world }: Call): string | undefined {
  if (given.some(({ name }) => name === 'no-proxy')) return undefined
  const other = given.find(({ name, value }) => name === 'execute' && /prox/i.test(value?.text ?? ''))
  if (other !== undefined) throw new NotKnown(`it downloads through a proxy that ${other.rawName} sets`)
  const [option] = values(given, 'proxy').slice(-1)
  if (option !== undefined) return known(option)
  const env: Record<string, string> = {}
  for (const name of PROXY_VARIABLES.flatMap((one) => [one, one.toUpperCase()])) {
    const value = world.variables.get(name)
    if (value !== undefined) env[name] = known(value)
  }
  const { proxies } = findProxies(env)
  const proxy = proxies && proxyFor(proxies, new URL(url))
  return proxy && env[proxy.variable]
}

const PROXY_VARIABLES = ['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy']

function placeOfWget(url: Value, output: Value | undefined, { given }: Request): string | undefined {
  if (output !== undefined) return output.text === '-' ? undefined : known(output)
  return posix.join(known(values(given, 'directory-prefix').at(-1) ?? { text: '' }), nameOf(url))
}

function placeOfCurl(url: Value, output: Value | undefined, { given }: Request): string | undefined {
  const isNamed = given.some(({ name }) => name === 'remote-name' || name === 'remote-name-all')
  if (output?.text === '-' || (output === undefined && !isNamed)) return undefined
  const file = output === undefined ? nameOf(url) : known(output)
  return posix.isAbsolute(file) ? file : posix.join(known(values(given, 'output-dir').at(-1) ?? { text: '' }), file)
}

const nameOf = ({ text }: Value): string =>
  text
    .replace(/[?#].*$/, '')
    .split('/')
    .pop() ?? ''
