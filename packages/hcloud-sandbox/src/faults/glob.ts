/** Patterns in rules. */

/** Whether a whole text fits a pattern in which `*` stands for anything, spaces and line breaks too. */
export function matchesText(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === text
  if (!text.startsWith(first)) return false
  // The leftmost place is always good enough: what follows may be as far away as it likes.
  let from = first.length
  for (const part of rest) {
    const found = text.indexOf(part, from)
    if (found === -1) return false
    from = found + part.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}

/** Whether a whole path fits a pattern: `*` is a segment or a part of one, `**` is anything. */
export function matchesPath(pattern: string, path: string): boolean {
  const source = pattern
    .split(/(\*+)/)
    .map((part) => (part === '*' ? '[^/]*' : part.startsWith('*') ? '.*' : part.replaceAll(SPECIAL, '\\$&')))
    .join('')
  return new RegExp(`^${source}$`, 's').test(path)
}

const SPECIAL = /[\\^$.*+?()[\]{}|]/g
