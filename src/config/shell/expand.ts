/** What the words of a command stand for. */

import type { ArithmeticExpression, ParameterExpansionPart, Word, WordPart } from 'unbash'
import { calculate, type Numbers } from './arithmetic.ts'
import type { Setting } from './interpreter.ts'
import { removeMatch, replaceMatch } from './patterns.ts'
import { checkLength, checkWords, NotKnown, toValue, type Value } from './values.ts'
import { World } from './world.ts'

/** A part of a word: a text, or a list such as `"$@"`. */
type Piece = (Value & { readonly isQuoted: boolean }) | { readonly list: readonly Value[] }

/** The words that a word becomes: none for an empty variable, several for one that holds spaces. */
export function expandWords(word: Word, setting: Setting): Value[] {
  const range = /^\{(\d+)\.\.(\d+)\}$/.exec(word.text)
  if (range !== null) return countFrom(Number(range[1]), Number(range[2])).map((number) => ({ text: String(number) }))
  const words: Value[] = []
  const hasOwnSeparators = setting.world.variables.has('IFS')
  let current: Value | undefined
  const add = (value: Value): void => {
    checkLength((current?.text.length ?? 0) + value.text.length)
    current = { text: (current?.text ?? '') + value.text, cause: current?.cause ?? value.cause }
  }
  const end = (): void => {
    if (current !== undefined) words.push(current)
    checkWords(words.length)
    current = undefined
  }
  for (const piece of pieces(word, setting)) {
    if ('list' in piece) {
      for (const [index, item] of piece.list.entries()) {
        if (index > 0) end()
        add(item)
      }
    } else if (piece.isQuoted || piece.cause !== undefined) add(piece)
    else if (hasOwnSeparators && !/^[\w/:.-]*$/.test(piece.text)) add({ text: piece.text, cause: open('$IFS').cause })
    else {
      const [first = '', ...others] = piece.text.split(/[ \t\n]+/)
      if (first !== '') add({ text: first })
      for (const other of others) {
        end()
        if (other !== '') add({ text: other })
      }
    }
  }
  end()
  return words
}

/** The one text that a word becomes where it is not split: in an assignment, a `case`, the name of a file. */
export function expandText(word: Word, setting: Setting): Value {
  return join(pieces(word, setting))
}

/** The text of a here-document. */
export function expandParts(parts: readonly WordPart[], setting: Setting): Value {
  return join(parts.flatMap((part) => toPieces(part, setting, true)))
}

/** More numbers are not counted. */
const MOST_NUMBERS = 1000

/** @throws NotKnown for too many */
export function countFrom(first: number, last: number): number[] {
  const length = Math.abs(last - first) + 1
  if (length > MOST_NUMBERS) throw new NotKnown(`more than ${MOST_NUMBERS} numbers`)
  return Array.from({ length }, (_, index) => first + index * Math.sign(last - first))
}

function join(all: readonly Piece[]): Value {
  const values = all.flatMap((piece) => ('list' in piece ? joinList(piece.list) : [piece]))
  checkLength(values.reduce((sum, { text }) => sum + text.length, 0))
  return {
    text: values.map(({ text }) => text).join(''),
    cause: values.find(({ cause }) => cause !== undefined)?.cause,
  }
}

const joinList = (list: readonly Value[]): Value => ({
  text: list.map(({ text }) => text).join(' '),
  cause: list.find(({ cause }) => cause !== undefined)?.cause,
})

const HOME = /^~(?=\/|$)/

function pieces(word: Word, setting: Setting): Piece[] {
  if (word.parts === undefined) return [{ text: word.value.replace(HOME, '/root'), isQuoted: true }]
  return word.parts.flatMap((part, index) => {
    const isHome = index === 0 && part.type === 'Literal' && HOME.test(part.text)
    return isHome ? { text: part.value.replace(HOME, '/root'), isQuoted: true } : toPieces(part, setting, false)
  })
}

function toPieces(part: WordPart, setting: Setting, isQuoted: boolean): Piece[] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [{ text: part.value, isQuoted: true }]
    case 'Glob':
      return [{ text: part.text, isQuoted: true }]
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.flatMap((inner) => toPieces(inner, setting, true))
    case 'SimpleExpansion':
      return [toPiece(lookUp(part.text.slice(1), setting) ?? open(part.text), isQuoted)]
    case 'ParameterExpansion':
      return [toPiece(expandParameter(part, setting), isQuoted)]
    case 'ArithmeticExpansion':
      return [{ ...calculateText(part.expression, part.text, setting), isQuoted: true }]
    case 'CommandExpansion':
      return [
        toPiece(substitute(part.script?.commands, part.script?.errors?.[0]?.message, part.text, setting), isQuoted),
      ]
    case 'BraceExpansion':
    case 'ExtendedGlob':
    case 'ProcessSubstitution':
      return [{ ...open(part.text), isQuoted }]
  }
}

const toPiece = (value: Value | readonly Value[], isQuoted: boolean): Piece =>
  'text' in value ? { ...value, isQuoted } : { list: value }

/** What it is not known that it stands for. */
export function open(text: string): Value {
  return { text, cause: { why: `what ${text} stands for` } }
}

/** @returns undefined when nothing sets it */
function lookUp(name: string, { world }: Setting): Value | readonly Value[] | undefined {
  const args = world.lists.get('@') ?? []
  if (name === '@' || name === '*') return args
  if (name === '#') return { text: String(args.length) }
  if (/^[1-9]\d*$/.test(name)) return args[Number(name) - 1] ?? { text: '' }
  if (name === '?' && world.status !== undefined) return { text: world.status ? '0' : '1' }
  if (name === 'PWD') return { text: world.cwd }
  return world.variables.get(name) ?? world.lists.get(name)?.[0]
}

function expandParameter(part: ParameterExpansionPart, setting: Setting): Value | readonly Value[] {
  const { parameter, prefix, index, operation, text } = part
  const list = setting.world.lists.get(parameter)
  if (prefix === '!' || (index !== undefined && list === undefined)) return open(text)
  if (index !== undefined && list !== undefined && operation === undefined) {
    const isWhole = index.text === '@' || index.text === '*'
    if (prefix === '#') return isWhole ? { text: String(list.length) } : open(text)
    return isWhole ? list : (list[Number(index.text)] ?? open(text))
  }
  const found = lookUp(parameter, setting)
  if (found !== undefined && !('text' in found)) return operation === undefined ? found : open(text)
  if (prefix === '#') return found === undefined || found.cause ? open(text) : { text: String(found.text.length) }
  return operation === undefined ? (found ?? open(text)) : operate(operation, found, part, setting)
}

function operate(
  operation: NonNullable<ParameterExpansionPart['operation']>,
  found: Value | undefined,
  { parameter, text }: ParameterExpansionPart,
  setting: Setting,
): Value {
  if (operation.type === 'Default') {
    const { operator } = operation
    const isSet = found !== undefined && !(operator.startsWith(':') && found.text === '')
    if (operator.endsWith('+')) return isSet ? expandText(operation.operand, setting) : { text: '' }
    if (isSet) return found
    if (operator.endsWith('?')) return open(text)
    const value = expandText(operation.operand, setting)
    if (operator.endsWith('=')) setting.world.variables.set(parameter, value)
    return value
  }
  // What is made of an ID that is not known is not known for the same reason.
  if (found === undefined || found.cause !== undefined) return found ?? open(text)
  switch (operation.type) {
    case 'Remove': {
      const { text: pattern, cause } = expandText(operation.operand, setting)
      return cause === undefined ? { text: removeMatch(found.text, operation.operator, pattern) } : open(text)
    }
    case 'Replace': {
      const [pattern, replacement] = [operation.pattern, operation.replacement].map((word) => expandText(word, setting))
      if (pattern === undefined || pattern.cause || replacement?.cause) return open(text)
      return { text: replaceMatch(found.text, operation.operator, pattern.text, replacement?.text ?? '') }
    }
    case 'Slice': {
      const numbers = [operation.offset.text.trim(), operation.length?.text.trim() ?? '']
      if (!numbers.every((number) => /^\d*$/.test(number))) return open(text)
      const [from = 0, length] = numbers.map((number) => (number === '' ? undefined : Number(number)))
      return { text: found.text.slice(from, length === undefined ? undefined : from + length) }
    }
    case 'CaseModification':
      if (operation.operator === ',,') return { text: found.text.toLowerCase() }
      return operation.operator === '^^' ? { text: found.text.toUpperCase() } : open(text)
    default:
      return open(text)
  }
}

/** The number of `$((...))`. */
function calculateText(expression: ArithmeticExpression | undefined, text: string, setting: Setting): Value {
  const number = calculate(expression, toNumbers(setting))
  return number === undefined || Number.isNaN(number) ? open(text) : { text: String(number) }
}

export function toNumbers(setting: Setting): Numbers {
  const { variables } = setting.world
  return {
    get: (name) => {
      const value = lookUp(name, setting) ?? { text: '' }
      return 'text' in value && value.cause === undefined ? value.text : undefined
    },
    set: (name, value) => variables.set(name, value === undefined ? open(`$${name}`) : { text: String(value) }),
  }
}

/** What commands print, when they print the same however they go. */
function substitute(
  commands: Parameters<Setting['shell']['runList']>[0] | undefined,
  error: string | undefined,
  text: string,
  setting: Setting,
): Value {
  if (commands === undefined || error !== undefined) return open(text)
  const { world, shell } = setting
  const [first, ...others] = shell.runSubshell(commands, { ...setting, world: new World(world), isCondition: false })
  if (first === undefined || others.length > 0) return open(text)
  world.take(first.world)
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text
  return toValue(first.output, shown)
}
