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

/**
 * The text with every registered secret, private key block and bearer token replaced; in URLs also what stands before the host,
 * and all values of the query: a presigned address holds its permission there, under names that cannot all be known.
 */
export function redact(text: string): string {
  let clean = text
  // Longest first: one secret may contain another.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, MARK)
  return clean
    .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MARK)
    .replaceAll(/\b(Bearer)\s+[\w.~+/=-]+/gi, `$1 ${MARK}`)
    .replaceAll(/:\/\/[^\s"'<>\\]+/g, withoutCredentialsIn)
}

/** The values of these keys are never written down. */
const SECRET_KEYS = new Set(['root_password', 'password', 'token', 'user_data', 'privateKey'])

/** A value as JSON for a log, without secrets. */
export function redactedJson(value: unknown): string {
  return redact(JSON.stringify(value, (key, part) => (SECRET_KEYS.has(key) ? MARK : part)))
}

/** A URL from its `://` on, or several that stand together. In time that grows with the text, not with its square. */
function withoutCredentialsIn(address: string): string {
  const [before = '', ...query] = address.split('?')
  const hosts = before.split('://').map((rest) => {
    const [host = ''] = rest.split(/[/#]/, 1)
    return host.includes('@') ? `${MARK}@${rest.slice(host.lastIndexOf('@') + 1)}` : rest
  })
  return hosts.join('://') + (query.length === 0 ? '' : `?${withoutValues(query.join('?'))}`)
}

/** A query as it may be shown. A sign at its end may belong to the sentence that it stands in. */
function withoutValues(query: string): string {
  const [, end = ''] = /([).,:;])$/.exec(query) ?? []
  const parts = query
    .split('&')
    .map((part) => (part.includes('=') ? `${part.slice(0, part.indexOf('=') + 1)}${MARK}` : MARK))
  return parts.join('&') + end
}

/** A text that should be a URL, without user, password and the values of its query, even when it is not a valid one. */
export function withoutCredentials(text: string): string {
  const at = text.lastIndexOf('@')
  const host = text.indexOf('://') + 3
  const scheme = host >= 3 && host <= at ? text.slice(0, host) : ''
  const [address = '', ...query] = (at === -1 ? text : `${scheme}${MARK}${text.slice(at)}`).split('?')
  return query.length === 0 ? address : `${address}?${withoutValues(query.join('?'))}`
}
