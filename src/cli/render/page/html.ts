/** HTML and SVG in which texts of others stay texts. */

import { escapeControls } from '../../../util/printable.ts'
import { redact } from '../../../util/redact.ts'

const TEXT = Symbol('text')

/** A piece of HTML. Only {@link html} makes one. */
export interface Html {
  readonly [TEXT]: string
}

export type HtmlValue = Html | readonly Html[] | string | number

/**
 * HTML of a literal template: values that are not HTML themselves are escaped, without secrets, and with control characters
 * as escapes. They may stand between tags and in quoted attributes, except in those that hold addresses or code.
 */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { [TEXT]: String.raw({ raw: literals }, ...values.map(toText)) }
}

/** The text of a piece. */
export const textOf = (piece: Html): string => piece[TEXT]

function toText(value: HtmlValue): string {
  if (typeof value === 'object') return 'map' in value ? value.map(textOf).join('') : textOf(value)
  return escapeControls(redact(String(value))).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
