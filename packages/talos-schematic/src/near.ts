/** Near names, for 'did you mean'. */

import { closest, distance } from 'fastest-levenshtein'

/** `did you mean "name"?` for the candidate that differs in at most a third of its letters; undefined for none. */
export function didYouMean(name: string, candidates: readonly string[]): string | undefined {
  const near = closest(name, candidates)
  const most = Math.ceil(Math.max(name.length, near?.length ?? 0) / 3)
  return near !== undefined && distance(name.toLowerCase(), near.toLowerCase()) <= most
    ? `did you mean "${near}"?`
    : undefined
}
