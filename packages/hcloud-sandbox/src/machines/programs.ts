/** Programs of this computer: whether they are there, and running one to its end. */

import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SandboxError } from '../errors.ts'

const execute = promisify(execFile)

/** Where programs are looked for, instead of this process's own PATH. */
export const PROGRAM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The environment of programs that need nothing of this process's own. */
export const CLEAN_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: PROGRAM_PATH, LC_ALL: 'C' }

/** More than any program prints that is run here: the list of some hundred packages. */
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024
/** How much of what a program said last is worth showing. */
const SHOWN_TEXT = 600

export interface RunOptions {
  readonly cwd?: string
  readonly signal?: AbortSignal | undefined
  /** What it is for, to begin the message of a failure with: "The rescue system cannot be made". */
  readonly purpose: string
  readonly hint: string
}

/**
 * Runs a program to its end and gives its output. Its messages are not translated; the rest of the environment is this
 * process's own, since proxies are configured there.
 * @throws SandboxError `sandbox` with the last of what it said; the signal's reason when that aborts
 */
export async function runProgram(argv: readonly string[], options: RunOptions): Promise<string> {
  const { cwd, signal, purpose, hint } = options
  try {
    const { stdout } = await execute('env', ['LC_ALL=C', `PATH=${PROGRAM_PATH}`, ...argv], {
      maxBuffer: MOST_OUTPUT_BYTES,
      ...(cwd === undefined ? {} : { cwd }),
      ...(signal === undefined ? {} : { signal }),
    })
    return stdout
  } catch (cause) {
    signal?.throwIfAborted()
    const message = `${purpose}: ${argv[0]} failed. ${lastLines(cause)}`.trim()
    throw new SandboxError({ code: 'sandbox', message, hint }, { cause })
  }
}

/** The last lines of a text, short enough to be shown. */
export function toLastWords(text: string): string {
  return text.trim().slice(-SHOWN_TEXT).trim()
}

function lastLines(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure)
  const said = 'stderr' in failure ? String(failure.stderr) : ''
  return toLastWords(said === '' ? failure.message : said)
}

/** The programs that are not there. @param path folders with colons between them */
export async function findMissingPrograms(programs: readonly string[], path = PROGRAM_PATH): Promise<string[]> {
  const folders = path.split(':')
  const isThere = (program: string) =>
    Promise.any(folders.map((folder) => access(join(folder, program), constants.X_OK))).then(
      () => true,
      () => false,
    )
  const found = await Promise.all(programs.map(isThere))
  return programs.filter((_, index) => found[index] !== true)
}

const UTIL_LINUX = 'flock setpriv unshare nsenter setsid prlimit mount umount pivot_root fallocate getopt'.split(' ')
const COREUTILS = 'env stat readlink cat chmod cp ln mkdir rmdir dd'.split(' ')
/** The Debian package of each program that is not called like its package. */
const PACKAGES = new Map([
  ['xz', 'xz-utils'],
  ...UTIL_LINUX.map((program) => [program, 'util-linux'] as const),
  ...COREUTILS.map((program) => [program, 'coreutils'] as const),
])

/** What to install, on Debian, for these programs. */
export function toInstallHint(missing: readonly string[]): string {
  const packages = new Set(missing.map((program) => PACKAGES.get(program) ?? program))
  return `install what is missing, on Debian with: apt-get install --no-install-recommends ${[...packages].join(' ')}`
}
