/** Whether what was skipped is on the list of what may be: `test/allowed-skips.json`. */

import * as v from 'valibot'

const AllowedSkip = v.strictObject({
  /** The test file. */
  file: v.string(),
  /** Full name of the test; `*` at its end stands for any rest. */
  test: v.string(),
  reason: v.string(),
  /** Where the test is skipped, when not everywhere: for this user, or where this program is not in PATH. */
  user: v.optional(v.picklist(['root', 'other'])),
  without: v.optional(v.string()),
})
export const AllowedSkips = v.array(AllowedSkip)
export type AllowedSkip = v.InferOutput<typeof AllowedSkip>

export interface TestOutcome {
  /** As in the list. */
  readonly file: string
  readonly name: string
  readonly skipped: boolean
}

export interface Surroundings {
  readonly user: 'root' | 'other'
  /** Whether a program is in PATH. */
  has(program: string): boolean
  /** Whether a test file exists. */
  exists(file: string): boolean
}

/**
 * What is wrong, a line each; empty when all is well.
 * @param outcomes all tests of the files that were run: entries of other files are not looked at
 */
export function checkSkips(
  outcomes: readonly TestOutcome[],
  allowed: readonly AllowedSkip[],
  { user, has, exists }: Surroundings,
): string[] {
  const ran = new Set(outcomes.map(({ file }) => file))
  const skipped = outcomes.filter((outcome) => outcome.skipped)
  const applies = (entry: AllowedSkip): boolean =>
    (entry.user ?? user) === user && (entry.without === undefined || !has(entry.without))
  const entries = allowed.filter(applies)
  return [
    ...skipped
      .filter((outcome) => !entries.some((entry) => matches(entry, outcome)))
      .map(({ file, name }) => `${file}: skipped, and not on the list: ${name}`),
    ...entries
      .filter((entry) => ran.has(entry.file) && !skipped.some((outcome) => matches(entry, outcome)))
      .map(({ file, test }) => `${file}: on the list, and not skipped: ${test}`),
    ...[...new Set(allowed.map(({ file }) => file))]
      .filter((file) => !exists(file))
      .map((file) => `${file}: on the list, and there is no such file`),
  ]
}

function matches({ file, test }: AllowedSkip, outcome: TestOutcome): boolean {
  if (file !== outcome.file) return false
  return test.endsWith('*') ? outcome.name.startsWith(test.slice(0, -1)) : outcome.name === test
}
