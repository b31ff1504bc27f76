/** Regular expressions of templates and their commands. They are run by RE2's algorithm, as Packer does: no pattern takes longer than the text is long. */

import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import * as v from 'valibot'

export interface Match {
  readonly index: number
  /** The whole match, and its groups; undefined for one that takes no part. */
  readonly texts: readonly [string, ...(string | undefined)[]]
  /** Undefined where no group has a name. */
  readonly groups: Readonly<Record<string, string | undefined>> | undefined
}

const requireHere = createRequire(import.meta.url)
const ModuleSchema = v.object({
  RE2JS: v.custom<Pick<typeof RE2JS, 'compile'>>((input) => typeof input === 'function'),
})

/** Loaded only where there is a pattern: that takes 10 ms. @returns undefined for what is not a regular expression */
export function compileRegularExpression(pattern: string): RE2JS | undefined {
  const library = v.parse(ModuleSchema, requireHere('re2js')).RE2JS
  try {
    return library.compile(pattern)
  } catch {
    return undefined
  }
}

/** All matches in a text. As in Go, an empty one does not directly follow another. */
export function* matchAll(expression: RE2JS, text: string): Generator<Match> {
  let end = -1
  for (const match of expression.matchAll(text)) {
    const { index = 0, groups } = match
    const [whole = '', ...others] = match
    if (whole === '' && index === end) continue
    end = index + whole.length
    yield { index, texts: [whole, ...others], groups }
  }
}
