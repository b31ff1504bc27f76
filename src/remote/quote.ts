/** The one place where text is made safe for a shell. */

/**
 * A word that a POSIX shell reads as exactly this text.
 * @throws RangeError for a NUL byte, which no argument can hold
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold a NUL byte')
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'\\''`)}'`
}
