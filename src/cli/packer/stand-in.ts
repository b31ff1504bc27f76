/** `talos-image packer`, and a link to this program that is called `packer`: does what Packer does with a template for Talos. */

import { PACKER_HINT } from '../../config/expression/failure.ts'
import { parseHclWith } from '../../config/hcl/parser.ts'
import { readWrittenTemplate } from '../../config/load.ts'
import { formatOrigin, type Problem, TalosImageError, throwProblems, toTalosImageError } from '../../errors.ts'
import { STANDS_IN } from '../../packer/program.ts'
import { VERSION } from '../../util/user-agent.ts'
import type { BuildFlags } from '../build-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { TEXT } from '../formats/formats.ts'
import { asCalled, programName, rememberInvocation } from '../invocation.ts'
import type { Io } from '../io.ts'
import { startParserProcess } from '../parser-process.ts'
import { oneLine } from '../render/event-line.ts'
import { readPlanFlags, toNoTemplate } from '../request.ts'
import { runBuild } from '../run-build.ts'
import { showWarning } from '../show-problem.ts'
import { openPackerBuildView, type PackerBuildView } from './build-view.ts'
import { type PackerFlagValues, parsePackerArguments, takeMachineReadable } from './flags.ts'
import { readRequiredPlugins } from './plugins.ts'
import { withTemplateToken } from './template-token.ts'
import { createPackerUi, type PackerUi } from './ui.ts'

/** The Packer whose commands, flags and output these are. */
const PACKER_VERSION = '1.16.0'

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
  const isPlain = flags.last('color') !== undefined && !flags.isSet('color')
  const ui = createPackerUi(io, {
    machine,
    colors: !isPlain && (io.env.NO_COLOR ?? '') === '' && (io.env.PACKER_NO_COLOR ?? '') === '',
    timestamps: flags.isSet('timestamp-ui'),
  })
  const [template = ''] = rest
  // So that the commands that messages advise look there, too.
  if (isSet(io.env.TALOS_IMAGE_SANDBOX)) rememberInvocation({ program: programName(), words: ['packer', '--sandbox'] })
  try {
    return await COMMANDS[command](io, ui, flags, template)
  } catch (thrown) {
    const error = toTalosImageError(thrown)
    if (!(error instanceof TalosImageError)) throw error
    if (io.signal.aborted) ui.say('Cleanly cancelled builds after being interrupted.')
    else ui.error(error.problems.map(formatDiagnostic).join('\n'))
    return EXIT.failed
  }
}

type Run = (io: Io, ui: PackerUi, flags: PackerFlagValues, template: string) => Promise<number>

const COMMANDS: Readonly<Record<'version' | 'init' | 'validate' | 'build', Run>> = {
  async version(_io, ui) {
    ui.row('', 'version', PACKER_VERSION)
    ui.row('', 'version-prelease', '')
    ui.row('', 'version-commit', '')
    ui.say(`Packer v${PACKER_VERSION}`)
    // Below, where Packer itself says that there is a newer one.
    ui.say(
      `\n${STANDS_IN} ${VERSION} in the place of Packer. It builds templates for Talos Linux in Hetzner Cloud, and no others.`,
    )
    return EXIT.success
  },

  async init(io, ui, _flags, template) {
    const { replaced, problems } = readRequiredPlugins(await readBlocks(io, template))
    throwProblems(problems)
    if (replaced.length === 0) ui.say('The template requires no plugins, and none are needed.')
    for (const source of replaced) ui.say(`${source}: nothing is installed, since talos-image does its work.`)
    return EXIT.success
  },

  async validate(io, ui, flags, template) {
    if (flags.isSet('syntax-only')) {
      await readBlocks(io, template)
      ui.say('Syntax-only check passed. Everything looks okay.')
      return EXIT.success
    }
    const given = toBuildFlags(io, flags, template)
    const { variables } = await readPlanFlags(await withTemplateToken(io, given), given, undefined, undefined, {
      asPacker: true,
    })
    for (const warning of variables.warnings) showWarning(io, warning)
    ui.say('The configuration is valid.')
    return EXIT.success
  },

  async build(io, ui, flags, template) {
    const given = toBuildFlags(io, flags, template)
    const parallel = readParallel(flags)
    // As every build does, before the template is read for the first time.
    parseHclWith((path) => startParserProcess(path))
    const inProject = await withTemplateToken(io, given)
    let view: PackerBuildView | undefined
    const result = await runBuild(inProject, given, {
      parallel,
      openView: (planned) => {
        view = openPackerBuildView(ui, planned)
        return view
      },
    })
    view?.finish(io.signal.aborted)
    for (const warning of result.warnings ?? []) showWarning(io, warning)
    const code = await result.finish?.()
    return code === EXIT.success && !io.signal.aborted ? EXIT.success : EXIT.failed
  },
}

/** The blocks of a template. @throws ProblemsError with what cannot be read */
async function readBlocks({ cwd, env, signal }: Io, template: string) {
  const written = await readWrittenTemplate({ directory: template, varFiles: [], vars: [], env, cwd, signal })
  throwProblems(written?.problems ?? [toNoTemplate(template)])
  return written?.blocks ?? []
}

const REFUSED_DEBUG: Problem = {
  code: 'usage',
  message: 'it would stop after each step, and the steps here are others than those of Packer',
  at: { kind: 'flag', name: '-debug' },
  hint: `leave it out; PACKER_LOG=1 with PACKER_LOG_PATH=FILE writes what happens to a file; else ${PACKER_HINT}`,
}

const ON_ERROR = { cleanup: 'cleanup', abort: 'abort', ask: 'ask' } as const

/** The flags of `build` that are meant. @throws TalosImageError `usage` for those that cannot be honoured */
function toBuildFlags({ env }: Io, flags: PackerFlagValues, template: string): BuildFlags {
  if (flags.isSet('debug')) throw new TalosImageError(REFUSED_DEBUG)
  const names = (flag: string) => flags.all(flag).map((text) => text.split(',').filter((name) => name !== ''))
  const log = isSet(env.PACKER_LOG) ? env.PACKER_LOG_PATH : undefined
  return {
    directory: template,
    var: flags.all('var'),
    varFile: flags.all('var-file'),
    only: names('only'),
    except: names('except'),
    force: flags.isSet('force'),
    onError: readOnError(flags),
    sandbox: isSet(env.TALOS_IMAGE_SANDBOX),
    output: TEXT,
    engine: 'native',
    fallback: true,
    ...(log === undefined || log === '' ? {} : { debugLog: log }),
  }
}

const isSet = (value = ''): boolean => !['', '0', 'false'].includes(value)

function readOnError(flags: PackerFlagValues): NonNullable<BuildFlags['onError']> {
  const word = flags.last('on-error') ?? 'cleanup'
  const known = Object.entries(ON_ERROR).find(([name]) => name === word)?.[1]
  if (known !== undefined) return known
  throw new TalosImageError({
    code: 'usage',
    message: `"${word}" is not known here`,
    at: { kind: 'flag', name: '-on-error' },
    hint: `use one of ${Object.keys(ON_ERROR).join(', ')}; else ${PACKER_HINT}`,
  })
}

/** How many builds go on at once; 0 is as many as there are. */
function readParallel(flags: PackerFlagValues): number | undefined {
  const text = flags.last('parallel-builds') ?? '0'
  if (/^\d+$/.test(text)) return Number(text) === 0 ? undefined : Number(text)
  // Packer takes a negative number for 1.
  if (/^-\d+$/.test(text)) return 1
  throw new TalosImageError({
    code: 'usage',
    message: `invalid value "${text}" for flag -parallel-builds: parse error`,
    at: { kind: 'flag', name: '-parallel-builds' },
  })
}

/** As Packer writes what is wrong: a heading, and below it what to do. */
function formatDiagnostic({ at, message, hint }: Problem): string {
  const where = formatOrigin(at).replace(/^--/, '-')
  const advice = hint
    ?.replace(PACKER_HINT, "change it, or use HashiCorp's Packer for this template")
    .replace('with --sandbox', 'with TALOS_IMAGE_SANDBOX=1')
  const lines = [`Error: ${where === '' ? '' : `${where}: `}${message}`, ...(advice === undefined ? [] : ['', advice])]
  return `${lines.map((line) => oneLine(asCalled(line))).join('\n')}\n`
}
