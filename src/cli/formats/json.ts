/** A document as JSON, indented. */

import { safeJson } from '../../util/printable.ts'

export function format(document: unknown): string {
  return `${safeJson(document, 2)}\n`
}
