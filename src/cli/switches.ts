/** Variables of the environment that switch something on or off. */

import type { Problem } from '../errors.ts'

/** Variables of the environment. */
type Env = Readonly<Record<string, string | undefined>>

type Switch =
  | 'TALOS_IMAGE_ALLOW_HTTP'
  | 'TALOS_IMAGE_BOOT_TEST'
  | 'TALOS_IMAGE_REQUIRE_HOST_PROOF'
  | 'TALOS_IMAGE_SANDBOX'

/** What they may be, in any case. */
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
])

/** Whether it is on or off; undefined when it is not set, is empty, or is no switch (see `findSwitchProblems`). */
export const readSwitch = (env: Env, name: Switch): boolean | undefined => WORDS.get((env[name] ?? '').toLowerCase())

/** Those that are neither on nor off. */
export function findSwitchProblems(env: Env, names: readonly Switch[]): Problem[] {
  return names.flatMap((name): Problem[] => {
    const text = env[name] ?? ''
    if (text === '' || readSwitch(env, name) !== undefined) return []
    const hint = 'set it to 1 or to 0, or leave it out'
    return [{ code: 'usage', message: `"${text}" is neither on nor off`, at: { kind: 'env', name }, hint }]
  })
}

/** Whether a variable of other programs, such as CI, is set to more than "no": they may hold any text. */
export const isSet = (value = ''): boolean => !['', '0', 'false'].includes(value)
