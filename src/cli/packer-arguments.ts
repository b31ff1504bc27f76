/** Flags as `packer build` takes them: with one dash, which the parser of this program does not know. */

import { TalosImageError } from '../errors.ts'

/** What becomes of such a flag. */
type Use = { /** Whether a value follows, as a word of its own or behind `=`. */ readonly value?: boolean } & (
  | /** It is a flag here, too, with two dashes. */ { readonly use: 'taken' }
  | /** Nothing changes without it. */ { readonly use: 'left out' }
  | { readonly use: 'refused'; readonly hint: string }
)

const NOT_SET = ['false']

/** Source: `packer build -help` of 1.16. */
export const PACKER_FLAGS: ReadonlyMap<string, Use> = new Map<string, Use>([
  ['var', { use: 'taken', value: true }],
  ['var-file', { use: 'taken', value: true }],
  ['only', { use: 'taken', value: true }],
  ['except', { use: 'taken', value: true }],
  ['force', { use: 'taken' }],
  ['color', { use: 'left out' }],
  ['timestamp-ui', { use: 'left out' }],
  ['parallel-builds', { use: 'left out', value: true }],
  ['on-error', { use: 'taken', value: true }],
  ['warn-on-undeclared-var', { use: 'left out' }],
  ['ignore-prerelease-plugins', { use: 'left out' }],
  ['skip-enforcement', { use: 'left out' }],
  ['use-sequential-evaluation', { use: 'left out' }],
  ['debug', { use: 'refused', hint: '--debug-log FILE writes what happens to a file' }],
  ['machine-readable', { use: 'refused', hint: '--output jsonl prints events and results for programs' }],
])

/**
 * The arguments as this program takes them.
 * @throws TalosImageError `usage` for flags of Packer that have no equivalent
 */
export function normalizeArguments(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  const normal: string[] = []
  for (let at = 0; at < own.length; at += 1) {
    const argument = own[at] ?? ''
    const [, name = '', given] = /^-([a-z][a-z-]+)(?:=(.*))?$/s.exec(argument) ?? []
    const flag = PACKER_FLAGS.get(name)
    if (flag === undefined || (given !== undefined && NOT_SET.includes(given) && name !== 'var')) {
      if (flag === undefined) normal.push(argument)
    } else if (flag.use === 'taken') {
      normal.push(name === 'force' ? '--force' : `-${argument}`)
    } else if (flag.use === 'refused') {
      throw refuse(argument, flag.hint)
    } else if (flag.value === true && given === undefined) at += 1
  }
  return end === -1 ? normal : [...normal, ...argv.slice(end)]
}

function refuse(flag: string, hint: string): TalosImageError {
  return new TalosImageError({
    code: 'usage',
    message: `"${flag}" is a flag of packer build that has no equivalent here`,
    hint,
  })
}
