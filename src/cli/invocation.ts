/** How this program was called, so that the commands in its messages can be pasted and lead to the same place. */

import { basename, delimiter, dirname, isAbsolute, join, relative } from 'node:path'
import { hasCookie } from '../provider/protocol/handshake.ts'
import { quote } from '../remote/quote.ts'
import { isGithubActions } from './screen.ts'

export interface Invocation {
  /** What is typed in the place of `talos-image`. */
  readonly program: string
  /** What is typed in the place of `talos-image build`, when that is another program: `./create.sh`. */
  readonly builder?: string | undefined
  /** What follows the program, as flags of this program. */
  readonly words: readonly string[]
}

/** The wrapper that called this one, as it was called itself. */
export const CALLED_AS = 'TALOS_IMAGE_CALLED_AS'
/** The `create.sh` that called it. */
export const CREATE_SH = 'TALOS_IMAGE_CREATE_SH'

const CLOUD = ['--sandbox', '--factory-url', '--allow-http']
const PROJECT = [...CLOUD, '--project', '--config']
const VARIABLES = ['--directory', '--var', '--var-file']

/** The flags of each command that decide where it works and on what: a command in a message repeats them. */
export const PLACES: Readonly<Record<string, readonly string[]>> = {
  build: [...PROJECT, ...VARIABLES],
  plan: [...PROJECT, ...VARIABLES],
  doctor: [...PROJECT, ...VARIABLES],
  ...Object.fromEntries(
    ['boot-test', 'list', 'show', 'outdated', 'select', 'protect', 'unprotect', 'delete', 'prune', 'cleanup'].map(
      (name) => [name, PROJECT],
    ),
  ),
  external: ['--sandbox', '--factory-url'],
  versions: CLOUD,
  extensions: CLOUD,
  init: CLOUD,
  'schematic check': [...CLOUD, '--directory'],
  'schematic push': CLOUD,
  'schematic show': CLOUD,
}

/** What says which snapshots are meant, and the commands that it means the same to. */
const FILTERS = ['--arch', '--role', '--version', '--label']
const FILTERING = new Set(['list', 'outdated', 'prune', 'delete', 'protect', 'unprotect'])

const WITH_VALUE = new Set([...PROJECT, ...VARIABLES, ...FILTERS, '--matrix', '--output', '-o'])
WITH_VALUE.delete('--sandbox')
WITH_VALUE.delete('--allow-http')
/** What a build that is advised does without. */
const NOT_FOR_BUILDING = new Set(['--dry-run', '--verbose', '--matrix', '--output', '-o'])

let current: Invocation = { program: 'talos-image', words: [] }

/** Remembers how this program was called, for all messages of the process. */
export function rememberInvocation(invocation: Invocation): void {
  current = invocation
}

/** What is typed in the place of `talos-image`. */
export const programName = (): string => current.program

/** The beginning of the names that Terraform gives the executable when it is its provider; a version follows. */
const PROVIDER = 'terraform-provider-talosimage'

interface Process {
  readonly env: Env
  readonly argv: readonly string[]
}

/**
 * Whether Terraform has started this as its provider, under whatever name. It gives no arguments; other providers pass their
 * environment on to what they start, `data "external"` to `talos-image external`.
 */
export const isHosted = ({ env, argv }: Process): boolean => argv.length <= 2 && hasCookie(env)

/** Whether this is the provider, or was called by its name. */
export const isProvider = (process: Process): boolean =>
  isHosted(process) || basename(process.argv[1] ?? '').startsWith(PROVIDER)

/**
 * @param argv `process.argv`: the file of this program is the second of it; of an executable, what was typed, which may be a name in
 *   PATH
 */
export function describeInvocation(
  { env, cwd, argv }: { readonly env: Env; readonly cwd: string; readonly argv: readonly string[] },
  words: readonly string[],
): Invocation {
  const script = env[CALLED_AS] || argv[1] || ''
  const createSh = env[CREATE_SH] || undefined
  // Where nothing is pasted into that shell; and by a link for Packer's commands, which has none of those that are advised.
  if (isGithubActions({ env }) || isCalledPacker({ env, argv })) return { program: 'talos-image', words }
  return {
    program: isOfNpm(script) ? 'npx talos-image' : isName(argv[1], script) ? script : toTyped(script, { env, cwd }),
    builder: createSh === undefined ? undefined : toTyped(createSh, { env, cwd }),
    words,
  }
}

type Env = Readonly<Record<string, string | undefined>>

/** Whether this program was called by the name `packer`: by a link to it, or to the script of a clone, or as a copy. */
export const isCalledPacker = ({ env, argv }: Process): boolean =>
  [argv[1], env[CALLED_AS]].some((script = '') => /(?:^|[\\/])packer(?:\.exe)?$/i.test(script))

const isOfNpm = (script: string): boolean => /[\\/]node_modules[\\/](\.bin[\\/]|talos-image[\\/])/.test(script)

const isName = (typed: string | undefined, script: string): boolean => typed === script && /^[\w.-]+$/.test(script)

/** A program as it is typed: its name where the shell finds it, else its shortest path. */
function toTyped(script: string, { env, cwd }: { readonly env: Env; readonly cwd: string }): string {
  const folders = (env.PATH ?? '').split(delimiter)
  if (isAbsolute(script) && folders.includes(dirname(script))) return basename(script)
  const full = isAbsolute(script) ? join(script) : join(cwd, script)
  const near = relative(cwd, full)
  const short = near.startsWith('../../../') ? full : near.includes('/') ? near : `./${near}`
  return script.endsWith('.cjs') ? `node ${quote(short)}` : quote(short)
}

/**
 * A command as it can be pasted: called as this program was, with the flags that lead to the same place.
 * @param command `talos-image NAME ...`; any other text stays as it is
 */
export function pasteable(command: string, { program, builder, words }: Invocation = current): string {
  const [, name, rest = ''] = /^talos-image ((?:schematic )?[a-z]+)(?=\s|$)(.*)$/s.exec(command) ?? []
  if (name === undefined) return command
  const isBuildAgain = name === 'build' && (words[0] === 'build' || words[0] === 'plan')
  const repeated = [...(PLACES[name] ?? []), ...(FILTERING.has(name) && FILTERING.has(words[0] ?? '') ? FILTERS : [])]
  const own = groupWords(words.slice(1)).filter(({ flag }) =>
    isBuildAgain ? !NOT_FOR_BUILDING.has(flag) : repeated.includes(flag) && !new RegExp(`${flag}(=|\\s|$)`).test(rest),
  )
  const called = name === 'build' && builder !== undefined
  // create.sh names its own folder.
  const kept = called ? own.filter(({ text }, index) => !(index === 0 && text.startsWith('--directory '))) : own
  const start = called ? builder : `${program} ${name}`
  const flags = kept.map(({ text }) => ` ${text}`).join('')
  // What is added to the same build stands last, and so counts.
  return isBuildAgain ? start + flags + rest : start + rest + flags
}

/** A text with its commands, which stand in backticks, as {@link pasteable} ones. */
export function asCalled(text: string): string {
  return text.replaceAll(/`[^`]*`/g, (quoted) =>
    quoted.replace(/(?<=`|\| )talos-image [^`]+/, (command) => pasteable(command)),
  )
}

/** Flags with their values, and words that are neither. */
function groupWords(words: readonly string[]): { readonly flag: string; readonly text: string }[] {
  return words.flatMap((word, index) => {
    if (WITH_VALUE.has(words[index - 1] ?? '')) return []
    const value = WITH_VALUE.has(word) ? words.slice(index + 1, index + 2) : []
    return [{ flag: /^--?[\w-]+/.exec(word)?.[0] ?? '', text: [word, ...value].map(quote).join(' ') }]
  })
}
