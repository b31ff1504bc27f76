/** A document as JSON, indented. */

export function format(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
