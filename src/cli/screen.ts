/** What a terminal can show, decided from the environment and the stream. */

import { isSet } from './switches.ts'

/** What is asked of a stream such as `process.stderr`. */
export interface ScreenStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

export interface Screen {
  /** Whether lines can be drawn anew. */
  readonly isDrawable: boolean
  readonly style: ScreenStyle
}

export interface ScreenStyle {
  readonly colors: boolean
  /** Nothing but ASCII: the font or the encoding has no more. */
  readonly ascii: boolean
}

type Env = Readonly<Record<string, string | undefined>>

/** What the screen behind a stream can show. */
export function describeScreen(env: Env, stream: ScreenStream): Screen {
  const isSmart = stream.isTTY === true && env.TERM !== 'dumb'
  return {
    // A pseudo-terminal without a size has no room to draw in.
    isDrawable: isSmart && (stream.columns ?? 0) > 0 && (stream.rows ?? 0) > 0 && !isSet(env.CI),
    style: { colors: hasColors(env, isSmart), ascii: env.TERM === 'linux' || !isUnicode(env) },
  }
}

/** Whether this is a job of GitHub Actions, or of what calls itself so. */
export const isGithubActions = ({ env }: { readonly env: Env }): boolean => env.GITHUB_ACTIONS === 'true'

/** `FORCE_COLOR` counts before `NO_COLOR`, as in Node.js itself; both count before what the stream is. */
function hasColors({ FORCE_COLOR, NO_COLOR }: Env, isSmart: boolean): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return isSmart && (NO_COLOR ?? '') === ''
}

/** A container often names no locale at all, while the terminal around it knows UTF-8. */
function isUnicode({ LC_ALL, LC_CTYPE, LANG }: Env): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || ''
  return locale === '' || /utf-?8/i.test(locale)
}
