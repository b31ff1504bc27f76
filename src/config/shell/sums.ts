/** Checks of a download's SHA-256: where the sum is known, it is the one that the image is pinned to. */

import type { Origin } from '../../errors.ts'
import type { Call, Program, Setting } from './interpreter.ts'
import type { Content, ImageSource, Value } from './values.ts'
import type { World } from './world.ts'

const SHA256 = /^[0-9a-f]{64}$/i
const LINE = /^\\?([0-9a-f]{64}) [ *]?(.+)$/i

/** Compares the sum of an image with a text: meant to be the same; undefined when it is no such comparison. */
export function pinSum(
  sum: Value,
  other: Value,
  { world, at }: Pick<Setting, 'world'> & { readonly at?: Origin | undefined },
): 'likely' | 'open' | undefined {
  const source = sum.cause?.sumOf
  const place = at ?? world.at
  if (source === undefined || place === undefined) return undefined
  if (other.cause === undefined && SHA256.test(other.text)) {
    pin(world, source, other.text, place)
    return 'likely'
  }
  warn(world, place)
  return 'open'
}

export const keyOfSource = (source: ImageSource): string => JSON.stringify(source)

function pin(world: World, source: ImageSource, hex: string, at: Origin): void {
  world.sums.set(keyOfSource(source), { hex: hex.toLowerCase(), at })
}

function warn(world: World, at: Origin): void {
  const why = 'the download is not checked here as the commands do it: only they know the sum'
  world.unchecked.push({ why, at, cause: { why } })
}

/** `sha256sum` and its kin: print sums, or compare them with those in a list. */
export const sumProgram: Program = (call) => {
  const { args, input, world, program } = call
  const files = args.filter(({ text }) => (!text.startsWith('-') || text === '-') && text !== '256')
  const isCheck = args.some(({ text }) => /^--check$|^-[a-z]*c[a-z]*$/.test(text))
  const isSha256 = program === 'sha256sum' || args.some(({ text }) => text === '256' || text === '-a256')
  if (isCheck) {
    for (const list of files.length === 0 ? [input] : files.map((file) => contentOf(file, call)))
      check(list, isSha256, call)
    return {}
  }
  const [file, another] = files
  const content = file === undefined ? input : contentOf(file, call)
  if (!isSha256 || another !== undefined || content?.kind !== 'image' || content.isUnpacked) {
    return { output: { kind: 'unknown', cause: { why: `what "${call.text}" prints` } } }
  }
  return { output: { kind: 'unknown', cause: { why: `what "${call.text}" prints`, sumOf: content.source } } }

  function contentOf({ text, cause }: Value, { input: fed }: Call): Content | undefined {
    return text === '-' ? fed : cause === undefined ? world.find(text) : undefined
  }
}

function check(list: Content | undefined, isSha256: boolean, { world, at }: Call): void {
  const lines = list?.kind === 'text' ? list.text.split('\n').filter((line) => line !== '') : []
  const pinned = lines.map((line) => {
    const [, hex = '', name = ''] = LINE.exec(line) ?? []
    const content = world.find(name)
    if (!isSha256 || content?.kind !== 'image' || content.isUnpacked) return false
    pin(world, content.source, hex, at)
    return true
  })
  if (!pinned.includes(true)) warn(world, at)
}
