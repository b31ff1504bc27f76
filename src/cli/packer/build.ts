/** `packer build` and `packer validate`: their flags become those of this program's own build. */

import { parseHclWith } from '../../config/hcl/parser.ts'
import { TalosImageError } from '../../errors.ts'
import { type BuildFlags, ON_ERROR } from '../build-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { TEXT } from '../formats/formats.ts'
import type { Io } from '../io.ts'
import { startParserProcess } from '../parser-process.ts'
import { readPlanFlags } from '../request.ts'
import { runBuild } from '../run-build.ts'
import { showWarning } from '../show-problem.ts'
import { isSet } from '../switches.ts'
import { openPackerBuildView, type PackerBuildView } from './build-view.ts'
import { isSandbox, type RunPackerCommand } from './command.ts'
import type { PackerFlagValues } from './flags.ts'
import { readBlocks } from './init.ts'
import { withTemplateToken } from './template-token.ts'

export const run: RunPackerCommand = async (io, ui, { flags, template }) => {
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
}

export const validate: RunPackerCommand = async (io, ui, { flags, template }) => {
  if (flags.isSet('syntax-only')) {
    await readBlocks(io, template)
    ui.say('Syntax-only check passed. Everything looks okay.')
    return EXIT.success
  }
  const given = toBuildFlags(io, flags, template)
  const inProject = await withTemplateToken(io, given)
  const { variables } = await readPlanFlags(inProject, given, undefined, undefined, { asPacker: true })
  for (const warning of variables.warnings) showWarning(io, warning)
  ui.say('The configuration is valid.')
  return EXIT.success
}

/** The flags of `build` that are meant. @throws TalosImageError `usage` for those that cannot be honoured */
function toBuildFlags(io: Io, flags: PackerFlagValues, template: string): BuildFlags & { readonly directory: string } {
  if (flags.isSet('debug')) {
    const hint = 'leave it out; PACKER_LOG=1 with PACKER_LOG_PATH=FILE writes what happens to a file'
    throw wrong('-debug', 'it would stop after each step, and the steps here are others than those of Packer', hint)
  }
  const names = (flag: string) => flags.all(flag).map((text) => text.split(',').filter((name) => name !== ''))
  const log = isSet(io.env.PACKER_LOG) ? (io.env.PACKER_LOG_PATH ?? '') : ''
  return {
    directory: template,
    var: flags.all('var'),
    varFile: flags.all('var-file'),
    only: names('only'),
    except: names('except'),
    force: flags.isSet('force'),
    onError: readOnError(flags),
    sandbox: isSandbox(io),
    output: TEXT,
    engine: 'native',
    fallback: true,
    ...(log === '' ? {} : { debugLog: log }),
  }
}

const wrong = (name: string, message: string, hint?: string): TalosImageError =>
  new TalosImageError({ code: 'usage', message, at: { kind: 'flag', name }, hint })

/** Packer has one more, for provisioners that are not run here. */
function readOnError(flags: PackerFlagValues): (typeof ON_ERROR)[number] {
  const word = flags.last('on-error') ?? 'cleanup'
  const known = ON_ERROR.find((one) => one === word)
  if (known !== undefined) return known
  throw wrong('-on-error', `"${word}" is not known here`, `use one of ${ON_ERROR.join(', ')}`)
}

/** How many builds go on at once; 0 is as many as there are. */
function readParallel(flags: PackerFlagValues): number | undefined {
  const text = flags.last('parallel-builds') ?? '0'
  if (/^\d+$/.test(text)) return Number(text) === 0 ? undefined : Number(text)
  throw wrong('-parallel-builds', `invalid value "${text}"`, 'give a number; 0 builds all at once')
}
