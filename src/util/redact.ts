/** Keeps secrets out of everything that is printed or written. */

const MARK = '[redacted]'
const secrets = new Set<string>()

/** From now on `redact` replaces this value wherever it occurs. Values under 8 characters are too common to replace. */
export function registerSecret(value: string): void {
  if (value.length < 8) return
  secrets.add(value)
  // As it stands in JSON.
  secrets.add(JSON.stringify(value).slice(1, -1))
}

/** The text with every registered secret, private key block and bearer token replaced. */
export function redact(text: string): string {
  let clean = text
  // The longest first: a secret may begin with another one.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, MARK)
  return clean
    .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MARK)
    .replaceAll(/\b(Bearer)\s+[\w.~+/=-]+/gi, `$1 ${MARK}`)
}

/** A text that is meant to be a URL, without the user and the password that may be in it, whatever its form. */
export function withoutLogin(text: string): string {
  return text.replace(/^(.*?:\/\/)?.*@/s, '$1...@')
}
