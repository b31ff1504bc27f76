/** Similar names, for 'did you mean'. */

import { distance } from 'fastest-levenshtein'

/**
 * The candidates that are most similar to `name`, most similar first.
 * A candidate is similar when at most a third of the letters differ, or when one name of at least three letters contains
 * the other.
 */
export function nearNames(name: string, candidates: Iterable<string>, most = 3): string[] {
  const wanted = name.toLowerCase()
  const scored: { candidate: string; score: number }[] = []
  for (const candidate of candidates) {
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
