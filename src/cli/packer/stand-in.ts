/** `talos-image packer`, and a link to this program that is called `packer`: does what Packer does with a template for Talos. */

import { PACKER_HINT } from '../../config/expression/failure.ts'
import { DIRECTORY_HINT } from '../../config/find-files.ts'
import { formatOrigin, type Problem, TalosImageError, toTalosImageError } from '../../errors.ts'
import { STANDS_IN } from '../../packer/program.ts'
import { VERSION } from '../../util/user-agent.ts'
import { EXIT } from '../exit-codes.ts'
import { asCalled, programName, rememberInvocation } from '../invocation.ts'
import type { Io } from '../io.ts'
import { oneLine } from '../render/event-line.ts'
import { isSandbox, type RunPackerCommand, TEMPLATE_HINT } from './command.ts'
import { type PackerArguments, type PackerCommand, parsePackerArguments, takeMachineReadable } from './flags.ts'
import { createPackerUi } from './ui.ts'

/** The Packer whose commands, flags and output these are. */
const PACKER_VERSION = '1.16.0'

/** Each is loaded when it is called. */
const COMMANDS: Readonly<Record<PackerCommand, () => Promise<RunPackerCommand>>> = {
  version: async () => printVersion,
  init: async () => (await import('./init.ts')).run,
  validate: async () => (await import('./build.ts')).validate,
  build: async () => (await import('./build.ts')).run,
}

const printVersion: RunPackerCommand = async (_, ui) => {
  ui.row('', 'version', PACKER_VERSION)
  // As Packer spells it.
  ui.row('', 'version-prelease', '')
  ui.row('', 'version-commit', '')
  ui.say(`Packer v${PACKER_VERSION}`)
  // Below, where Packer itself says that there is a newer one.
  const what = 'It builds templates for Talos Linux in Hetzner Cloud, and no others.'
  ui.say(`\n${STANDS_IN} ${VERSION} in the place of Packer. ${what}`)
  return EXIT.success
}

/** Does what the arguments ask for, and gives the exit code that Packer would. */
export async function runPacker(io: Io, args: readonly string[]): Promise<number> {
  const { machine, rest: words } = takeMachineReadable(args)
  const parsed = parsePackerArguments(words)
  if ('usage' in parsed) {
    const ui = createPackerUi(io, { machine, colors: false, timestamps: false })
    if (parsed.usage !== '') ui.say(parsed.usage)
    if (parsed.message !== undefined) ui.error(asCalled(parsed.message))
    return parsed.exitCode
  }
  const { command, flags, rest } = parsed
  const ui = createPackerUi(io, { machine, colors: hasColors(io, parsed), timestamps: flags.isSet('timestamp-ui') })
  // So that the commands that messages advise look there, too.
  if (isSandbox(io)) rememberInvocation({ program: programName(), words: ['packer', '--sandbox'] })
  try {
    if (rest[0] === '-') throw new TalosImageError(NOT_FROM_STDIN)
    const run = await COMMANDS[command]()
    return await run(io, ui, { flags, template: rest[0] ?? '' })
  } catch (thrown) {
    const error = toTalosImageError(thrown)
    if (!(error instanceof TalosImageError)) throw error
    if (io.signal.aborted) ui.say('Cleanly cancelled builds after being interrupted.')
    else ui.error(error.problems.map(formatDiagnostic).join('\n'))
    return EXIT.failed
  }
}

const NOT_FROM_STDIN: Problem = {
  code: 'usage',
  message: 'a template is not read from standard input here',
  hint: TEMPLATE_HINT,
}

/** Packer has colors without a terminal, too. */
function hasColors({ env }: Io, { flags }: PackerArguments): boolean {
  const isOff = flags.last('color') !== undefined && !flags.isSet('color')
  return !isOff && [env.NO_COLOR, env.PACKER_NO_COLOR].every((value) => (value ?? '') === '')
}

/** As Packer writes what is wrong: a heading, and below it what to do. */
function formatDiagnostic({ at, message, hint }: Problem): string {
  const where = formatOrigin(at).replace(/^--/, '-')
  const advice = hint
    ?.replace(PACKER_HINT, "change it, or use HashiCorp's Packer for this template")
    .replace(DIRECTORY_HINT, TEMPLATE_HINT)
    .replace('with --sandbox', 'with TALOS_IMAGE_SANDBOX=1')
  const lines = [`Error: ${where === '' ? '' : `${where}: `}${message}`, ...(advice === undefined ? [] : ['', advice])]
  return `${lines.map((line) => oneLine(asCalled(line))).join('\n')}\n`
}
