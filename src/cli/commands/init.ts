/** `talos-image init [DIR]`: the files that a build reads, with a user's answers in them. */

import { relative, resolve } from 'node:path'
import { throwProblems } from '../../errors.ts'
import { openFactory } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import { type AnswerFlags, type Answers, findAnswers } from '../init/answers.ts'
import { FILE_NAMES, openShipped, renderFiles, type Shipped } from '../init/files.ts'
import { findFlagProblems, warnOfLocation } from '../init/flag-problems.ts'
import { formatWritten } from '../init/format-written.ts'
import { findConflicts, findOtherVarFiles, type Target, writeFiles } from '../init/write-files.ts'
import type { Io } from '../io.ts'
import { writeJson } from '../output.ts'
import { showWarning } from '../show-problem.ts'
import type { FactoryFlags } from './versions.ts'

export interface InitFlags extends FactoryFlags, AnswerFlags {
  readonly yes?: boolean
  readonly force?: boolean
}

/**
 * Writes the files; what no flag says is asked in a terminal, and is the default elsewhere.
 * @throws ProblemsError `usage` for flags and for all files that are in the way, before anything is asked or written
 */
export async function runInit(io: Io, directory: string, flags: InitFlags): Promise<number> {
  const path = resolve(io.cwd, directory)
  const target: Target = { path, shown: nameOf(path, io.cwd) }
  const force = flags.force === true
  throwProblems([...findFlagProblems(flags), ...(await findConflicts(target, FILE_NAMES, force))])

  const shipped = await openShipped()
  const answers = await answer(io, flags, shipped)
  await writeFiles(target, await renderFiles(answers, shipped), force)
  for (const name of await findOtherVarFiles(target, FILE_NAMES)) {
    const at = { kind: 'file', file: target.shown === '.' ? name : `${target.shown}/${name}` } as const
    showWarning(io, { code: 'config', message: 'is read by a build, too, and may set the same variables', at })
  }
  const unsure = warnOfLocation(flags)
  if (unsure !== undefined) showWarning(io, unsure)
  if (flags.output === 'json') writeJson(io, toDocument(target, answers, shipped))
  else io.out(formatWritten(target.shown, answers, shipped))
  return EXIT.success
}

/** Relative where it is below the current directory, whole elsewhere. */
function nameOf(path: string, cwd: string): string {
  const shown = relative(cwd, path)
  if (shown === '') return '.'
  return shown === '..' || shown.startsWith('../') ? path : shown
}

async function answer(io: Io, flags: InitFlags, { extensions }: Shipped): Promise<Answers> {
  await using opened = await openFactory(io, flags)
  const asks = io.stdinIsTerminal && io.errIsTerminal && flags.yes !== true && flags.output === 'text'
  // Awaited here: when this function ends, so does a sandbox that was started for it.
  return await findAnswers(flags, {
    factory: opened.factory,
    shipped: [...new Set([...extensions.values()].flat())],
    preset: extensions.get('schematic.yaml') ?? [],
    questions: asks ? (await import('../init/questions.ts')).askAtTerminal(io) : undefined,
    signal: io.signal,
  })
}

function toDocument({ path }: Target, { talosVersion, architectures, ...answers }: Answers, shipped: Shipped) {
  return {
    directory: path,
    files: FILE_NAMES,
    talosVersion,
    architectures,
    location: answers.location ?? null,
    extensions: answers.extensions ?? shipped.extensions.get('schematic.yaml') ?? [],
  }
}
