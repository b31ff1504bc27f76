/** Similar names, for 'did you mean'. */

import { distance } from 'fastest-levenshtein'

/** Names that are compared: comparing takes time that grows with all three, and a list may name as many that are not there. */
const MOST_CANDIDATES = 1000
const MOST_LETTERS = 100

/**
 * The candidates that are most similar to `name`, most similar first.
 * A candidate is similar when at most a third of the letters differ, or when one name of at least three letters contains
 * the other.
 */
export function nearNames(name: string, candidates: Iterable<string>, most = 3): string[] {
  if (name.length > MOST_LETTERS) return []
  const wanted = name.toLowerCase()
  const scored: { candidate: string; score: number }[] = []
  let compared = 0
  for (const candidate of candidates) {
    if (candidate.length > MOST_LETTERS) continue
    if (++compared > MOST_CANDIDATES) break
    const given = candidate.toLowerCase()
    const score = distance(wanted, given)
    const contains = Math.min(wanted.length, given.length) >= 3 && (given.includes(wanted) || wanted.includes(given))
    if (contains || score <= Math.ceil(Math.max(wanted.length, given.length) / 3)) {
      scored.push({ candidate, score })
    }
  }
  scored.sort((a, b) => a.score - b.score || a.candidate.localeCompare(b.candidate))
  return scored.slice(0, most).map(({ candidate }) => candidate)
}

/** `did you mean "a" or "b"?`, or undefined when no candidate is similar. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearNames(name, candidates).map((candidate) => `"${candidate}"`)
  const last = near.pop()
  if (last === undefined) return undefined
  return `did you mean ${near.length > 0 ? `${near.join(', ')} or ` : ''}${last}?`
}
