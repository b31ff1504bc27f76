/** Makes texts of other programs safe to print. */

/** Control characters other than line breaks and tabs, and those that change the direction of a line. */
const CONTROL = /[\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n\t]/gu

/** Longer texts are cut. */
const LONGEST = 4000

/** The text with control characters written as `\u001b`, cut when it is very long. */
export function printable(text: string): string {
  const start = text.slice(0, LONGEST)
  const plain = start.replaceAll(CONTROL, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return plain.length < LONGEST && plain.length >= text.length ? plain : `${plain.slice(0, LONGEST)}...`
}
