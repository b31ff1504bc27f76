/** Words of others, fit to be shown. */

/** Control characters other than line breaks and tabs, and those that turn the direction of a line. */
const OBEYED = /[\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n\t]/gu

/** Nobody reads more. */
const LONGEST = 4000

/** The text with everything that a terminal would obey written out as `\u001b`, and cut where it is very long. */
export function printable(text: string): string {
  const start = text.slice(0, LONGEST)
  const plain = start.replaceAll(OBEYED, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return plain.length < LONGEST && plain.length >= text.length ? plain : `${plain.slice(0, LONGEST)}...`
}
