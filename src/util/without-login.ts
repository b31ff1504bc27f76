/** Addresses as they may be shown. */

/** A text that is meant to be a URL, without what may be a user and a password in it, whatever its form. */
export function withoutLogin(text: string): string {
  return text.replace(/^(.*?:\/\/)?.*@/s, '$1...@')
}
