/** Makes texts from outside safe to print. */

/**
 * Control characters other than line breaks and tabs, marks that change the direction of text, invisible characters, halves of
 * characters, and Unicode's own line breaks. The joiners that are left out are parts of words and of emoji.
 */
const UNSAFE = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Longer texts are cut. */
const LONGEST = 4000

/** The text with control characters and the like written as `\u001b`, which in JSON is the same character. */
export function escapeControls(text: string, write: (character: string) => string = escapeForJson): string {
  return text.replaceAll(UNSAFE, write)
}

/** As JSON writes it: a character beyond the first 65536 as two. */
const escapeForJson = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/** The text with its control characters escaped, cut when it is very long. */
export function printable(text: string): string {
  const plain = escapeControls(text.slice(0, LONGEST))
  return plain.length < LONGEST && plain.length >= text.length ? plain : `${plain.slice(0, LONGEST)}...`
}

/** What the runner of GitHub Actions obeys in the middle of a line; its other form must be at the beginning of one. */
const OLD_COMMAND = '##['

/** JSON of the same value, in which neither a terminal nor the runner of GitHub Actions finds anything to obey. */
export function safeJson(value: unknown, indent = 0): string {
  return escapeControls(JSON.stringify(value, null, indent)).replaceAll(OLD_COMMAND, '##\\u005b')
}

/** The text without anything that the runner of GitHub Actions obeys: `::stop-commands::` becomes `: :stop-commands::`. */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^([^\S\n]*):(?=:)/gm, '$1: ').replaceAll(OLD_COMMAND, '## [')
}
