/** What the commands of a template handle: texts that are known or not, and what lies in files or flows through pipes. */

import type { Origin } from '../../errors.ts'

/** Where the offsets of a text are written. */
export interface Script {
  readonly place: (offset: number) => Origin
}

/** The text of a script. */
export interface TextScript {
  readonly text: string
  readonly script: Script
}

/** Where the image comes from that commands write; `proxy`: the URL of the proxy that it is downloaded through. */
export type ImageSource =
  | { readonly kind: 'url'; readonly url: string; readonly proxy?: string }
  /** A file on this computer. */
  | { readonly kind: 'file'; readonly path: string }
  /** The Factory's image of a schematic that the commands post; `file` holds it on this computer, if that is known. */
  | { readonly kind: 'schematic'; readonly url: string; readonly file: string | undefined; readonly proxy?: string }

/** Why a text or a content is not known, and what is known of it all the same. */
export interface Cause {
  readonly why: string
  /** Where that is written; undefined: where it is used. */
  readonly at?: Origin | undefined
  /** It is the answer of a Factory that was sent this schematic. */
  readonly posted?: { readonly file: string | undefined }
  /** It is the SHA-256 of this image. */
  readonly sumOf?: ImageSource
}

/** A text; one with a cause is only shown, since its real value is not known. */
export interface Value {
  readonly text: string
  readonly cause?: Cause | undefined
}

/** What lies in a file, or flows from one program to the next. */
export type Content =
  /** `script`: where its parts are written, when that is known. */
  | { readonly kind: 'text'; readonly text: string; readonly script?: Script }
  | {
      readonly kind: 'image'
      readonly source: ImageSource
      /** Where it is taken from. */
      readonly at: Origin
      /** Whether it is no longer as it was downloaded. */
      readonly isUnpacked: boolean
    }
  | { readonly kind: 'unknown'; readonly cause: Cause }

export const NOTHING: Content = { kind: 'text', text: '' }

export const unknownContent = (why: string): Content => ({ kind: 'unknown', cause: { why } })

/** The text that a command prints, as a variable takes it. */
export function toValue(content: Content, shown: string): Value {
  if (content.kind === 'text') return { text: withoutLineEnds(content.text) }
  if (content.kind === 'image') return { text: shown, cause: { why: `what ${shown} stands for` } }
  return { text: content.cause.posted === undefined ? shown : SCHEMATIC_ID, cause: content.cause }
}

/** Without the line ends at its end; an expression would look for them from each of many in the middle. */
function withoutLineEnds(text: string): string {
  let end = text.length
  while (text[end - 1] === '\n') end -= 1
  return text.slice(0, end)
}

/** Stands for the ID that the Factory gives. */
const SCHEMATIC_ID = '<schematic>'

/** Thrown for a command whose effect is not known. */
export class NotKnown extends Error {
  override readonly name = 'NotKnown'
  readonly why: Cause | undefined
  /** A file that is not there: whether that means anything depends on how likely it is to come here. */
  readonly isMissing: boolean

  constructor(
    message: string,
    { why, isMissing = false }: { readonly why?: Cause; readonly isMissing?: boolean } = {},
  ) {
    super(message)
    this.why = why
    this.isMissing = isMissing
  }
}

/** The text of a value, which must be known. */
export function known(value: Value): string {
  if (value.cause === undefined) return value.text
  throw new NotKnown(value.cause.why, { why: value.cause })
}

/** No script makes a longer text of what it knows, nor a longer list. */
const MOST_CHARACTERS = 1 << 20
const MOST_WORDS = 100_000

/** @param length of a text that is about to be made @throws NotKnown when it is too long */
export function checkLength(length: number): void {
  if (length > MOST_CHARACTERS) throw new NotKnown(`a text of more than ${MOST_CHARACTERS} characters`)
}

/** @param count how many words a list is about to have @throws NotKnown when that is too many */
export function checkWords(count: number): void {
  if (count > MOST_WORDS) throw new NotKnown(`more than ${MOST_WORDS} words`)
}
