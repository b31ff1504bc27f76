/** Lines and columns as Go's YAML emitter keeps them; where a line starts anew depends on them. */

import type { YamlRelease } from './go-string.ts'

export class LineWriter {
  readonly release: YamlRelease

  /** @param release whose style is written */
  constructor(release: YamlRelease) {
    this.release = release
  }

  #text = ''
  #column = 0
  /** The last thing written was white space, so a word needs no space before it. */
  #spaced = true
  /** Nothing but indentation and `-`, `?`, `:` stands on this line yet. */
  #indenting = true

  get text(): string {
    return this.#text
  }

  /** A new line at this indentation, unless the present one is still free up to there. */
  startLine(indent: number): void {
    if (!this.#indenting || this.#column > indent || (this.#column === indent && !this.#spaced)) this.breakLine('\n')
    const missing = Math.max(0, indent - this.#column)
    this.#put(' '.repeat(missing))
    this.#spaced = true
  }

  /** `-`, `?` or `:` before a value: more may follow on the same line as if it were indentation. */
  markItem(mark: string): void {
    if (!this.#spaced) this.#put(' ')
    this.#put(mark)
    this.#spaced = false
  }

  /** A mark right after what stands there, such as the colon of a key. */
  mark(mark: string): void {
    this.#put(mark)
    this.#spaced = false
    this.#indenting = false
  }

  /** A word, with a space before it where one is needed. */
  word(word: string): void {
    if (!this.#spaced) this.#put(' ')
    this.mark(word)
  }

  /** From here on text is copied that brings its own white space. */
  open(): void {
    this.#spaced = true
  }

  /** One character of a text. */
  copy(char: string): void {
    this.#put(char)
    this.#indenting = false
  }

  /** Ends the line with this character, which may be one of Unicode's own line breaks. */
  breakLine(char: string): void {
    this.#text += char
    this.#column = 0
    this.#indenting = true
  }

  #put(text: string): void {
    this.#text += text
    this.#column += text.length
  }
}
