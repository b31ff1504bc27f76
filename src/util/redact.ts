/** Removes secrets from what is printed or written. */

const MARK = '[redacted]'
const secrets = new Set<string>()

/** Makes `redact` replace this value wherever it occurs. Values of less than 8 characters are not replaced. */
export function registerSecret(value: string): void {
  if (value.length < 8) return
  secrets.add(value)
  // As it is written in JSON.
  secrets.add(JSON.stringify(value).slice(1, -1))
}

/** The text with every registered secret, private key block and bearer token replaced. */
export function redact(text: string): string {
  let clean = text
  // Longest first: one secret may contain another.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, MARK)
  return clean
    .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MARK)
    .replaceAll(/\b(Bearer)\s+[\w.~+/=-]+/gi, `$1 ${MARK}`)
}

/** A text that should be a URL, without user and password, even when it is not a valid one. */
export function withoutLogin(text: string): string {
  return text.replace(/^(.*?:\/\/)?.*@/s, '$1...@')
}
