/** What every refusal of bad input has in common. */

import { expect } from 'vitest'
import type { CommandResult } from './command.ts'

/**
 * Expects exit code 2, nothing on standard output, no stack trace, and these texts on standard error.
 * @param texts `error: WHERE: WHAT` and `hint: ...`, or parts of them
 */
export function expectRefusal(result: CommandResult, ...texts: readonly string[]): void {
  expectFailure(2, result, ...texts)
}

/** The same with another exit code, for what is no fault of the input. */
export function expectFailure(code: number, { stderr, ...result }: CommandResult, ...texts: readonly string[]): void {
  expect(result, stderr).toEqual({ code, stdout: '' })
  for (const text of texts) expect(stderr).toContain(text)
  expect(stderr).toMatch(/^error: /m)
  expect(stderr).not.toMatch(/^\s+at .*[\d)]$|defect of talos-image|unexpected:/m)
}
