/** JSON with positions: strict like `JSON.parse`, but every value and name knows where it stands. */

import * as v from 'valibot'
import type { Problem } from '../../errors.ts'
import { originOf, type SourceFile } from '../source-file.ts'

/** A value and its offset (in UTF-16 code units) in the text. */
export type JsonNode = { readonly offset: number } & (
  | { readonly kind: 'string' | 'number' | 'bool'; readonly text: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
)

/** One `"name": value` of an object; names may repeat. */
export interface JsonMember {
  readonly name: string
  readonly offset: number
  readonly value: JsonNode
}

/** The first thing in a text that is not JSON. */
export class JsonMistake extends Error {
  override readonly name = 'JsonMistake'
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

const SPACE = /[ \t\r\n]*/y
/** Up to where a string may end or go on in another way: one expression for all of a string would take memory for each character. */
const IN_STRING = /[^"\\\n]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** Levels of nesting that no file of variables needs, and that the stack survives. */
const MOST_LEVELS = 500
const WORD = /[A-Za-z]+/y

/**
 * @param text the whole JSON text
 * @throws JsonMistake at the first thing that is not JSON
 */
export function parseJson(text: string): JsonNode {
  return new JsonParser(text).document()
}

/** The file's value, or what is wrong with its syntax. */
export function readJson(file: SourceFile): JsonNode | Problem {
  try {
    return parseJson(file.text)
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error
    return {
      code: 'config',
      message: `not valid JSON: ${error.message}`,
      at: originOf(file, error.offset),
      hint: 'JSON takes double quotes only, no comments, and no comma after the last item',
    }
  }
}

class JsonParser {
  readonly #text: string
  #at = 0
  #levels = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonNode {
    const root = this.#value()
    this.#take(SPACE)
    if (this.#at < this.#text.length) this.#fail('there is more after the end of the value')
    return root
  }

  #value(): JsonNode {
    this.#take(SPACE)
    const offset = this.#at
    if (this.#skip('{')) return { kind: 'object', offset, members: this.#list('}', () => this.#member()) }
    if (this.#skip('[')) return { kind: 'list', offset, items: this.#list(']', () => this.#value()) }
    if (this.#text[offset] === '"') return { kind: 'string', offset, text: this.#string() }
    const number = this.#take(NUMBER)
    if (number !== '') {
      if (!Number.isFinite(Number(number))) this.#fail('this number is too big')
      return { kind: 'number', offset, text: String(Number(number)) }
    }
    return this.#word(offset)
  }

  #word(offset: number): JsonNode {
    const word = this.#take(WORD)
    if (word === 'null') return { kind: 'null', offset }
    if (word === 'true' || word === 'false') return { kind: 'bool', offset, text: word }
    this.#at = offset
    return this.#fail('a value is expected here')
  }

  #member(): JsonMember {
    this.#take(SPACE)
    const offset = this.#at
    if (this.#text[offset] !== '"') this.#fail('a name in double quotes is expected here')
    const name = this.#string()
    this.#take(SPACE)
    if (!this.#skip(':')) this.#fail('a colon is expected here')
    return { name, offset, value: this.#value() }
  }

  /** What stands between brackets, separated by commas; the opening bracket is behind us. */
  #list<Item>(close: string, item: () => Item): Item[] {
    const items: Item[] = []
    if (++this.#levels > MOST_LEVELS) this.#fail('the brackets nest too deeply')
    this.#take(SPACE)
    if (this.#end(close)) return items
    while (true) {
      items.push(item())
      this.#take(SPACE)
      if (this.#end(close)) return items
      const comma = this.#at
      if (!this.#skip(',')) this.#fail(`a comma or "${close}" is expected here`)
      this.#take(SPACE)
      if (this.#text[this.#at] === close) {
        this.#at = comma
        this.#fail('a comma may not stand after the last item')
      }
    }
  }

  #string(): string {
    const offset = this.#at
    this.#at += 1
    this.#take(IN_STRING)
    while (this.#text[this.#at] === '\\' && this.#text[this.#at + 1] !== '\n') {
      this.#at += 2
      this.#take(IN_STRING)
    }
    if (!this.#skip('"')) {
      this.#at = offset
      this.#fail('this string is not closed')
    }
    try {
      return v.parse(v.string(), JSON.parse(this.#text.slice(offset, this.#at)))
    } catch {
      this.#at = offset
      return this.#fail('this string has a character or an escape that JSON does not know')
    }
  }

  #end(close: string): boolean {
    const ended = this.#skip(close)
    if (ended) this.#levels -= 1
    return ended
  }

  #skip(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  /** Moves past what the pattern matches here, which may be nothing. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const taken = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += taken.length
    return taken
  }

  #fail(message: string): never {
    throw new JsonMistake(this.#at >= this.#text.length ? `${message}, but the text ends` : message, this.#at)
  }
}
