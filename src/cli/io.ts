/** The process as commands see it; nothing else in src/ reads argv or environment, or prints. */

import type { Readable } from 'node:stream'
import type { ScreenStyle } from './screen.ts'

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The user's home directory, absolute; undefined when there is none. */
  readonly home: string | undefined
  /** Writes results. What a terminal or a runner would obey is taken out of this and of `err`; `isPainted`: but for colors. */
  readonly out: (text: string, isPainted?: boolean) => void
  /** Writes progress, warnings and errors. */
  readonly err: (text: string) => void
  /** Writes commands to the runner of GitHub Actions, which takes none from `out` and `err`. Their texts are escaped by now. */
  readonly command: (text: string) => void
  readonly stdin: Readable
  readonly stdinIsTerminal: boolean
  /** Whether lines on standard error can be drawn anew. */
  readonly errIsTerminal: boolean
  /** What standard error can show. */
  readonly errStyle: ScreenStyle
  /** Width of the terminal. */
  readonly columns: () => number
  /** Width of the terminal that results are written to; infinite without a terminal. */
  readonly outColumns: () => number
  /** Width of the terminal that everything else is written to; infinite without a terminal. */
  readonly errColumns: () => number
  /** Aborts when the user wants to stop. */
  readonly signal: AbortSignal
  /** Says what is to be done before Ctrl-Z stops the process. */
  readonly onPause: (prepare: () => void) => void
  /** Says what stays if the process is ended at once; asked when a second signal comes. */
  readonly onSecondSignal: (describe: () => string) => void
  /** Ends the process at once with this error, since what it would wait for cannot come. */
  readonly giveUp: (error: unknown) => void
  /** A signal is the usual end of this command: it says this text instead of the usual one, and is not a failure. */
  readonly endsBySignal: (text: string) => void
}
