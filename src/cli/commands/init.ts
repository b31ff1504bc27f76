/** `talos-image init [DIR]`: the files that a build reads, with a user's answers in them. */

import { relative, resolve } from 'node:path'
import { type Problem, throwProblems } from '../../errors.ts'
import type { CommandResult } from '../command-result.ts'
import { defineCommand } from '../define-command.ts'
import { TEXT } from '../formats/formats.ts'
import { adaptFiles } from '../init/adapt.ts'
import { type Answers, findAnswers, type PinnedAnswers, type Questions } from '../init/answers.ts'
import { type Current, readCurrent, toKept } from '../init/current.ts'
import { FILE_NAMES, type FileToWrite, openShipped, renderFiles, type Shipped } from '../init/files.ts'
import { findFlagProblems, warnOfLocation } from '../init/flag-problems.ts'
import { formatChanges, formatNext, formatWritten } from '../init/format-written.ts'
import { type InitFlags, initParameters } from '../init/parameters.ts'
import { findConflicts, findOtherVarFiles, type Target, writeFiles } from '../init/write-files.ts'
import type { Io } from '../io.ts'
import { openFactory } from '../open-project.ts'
import { canAsk, confirm } from '../prompt/ask.ts'

/** What no flag says is asked in a terminal, and is the default elsewhere. */
export const command = defineCommand({
  description: 'Write the files that a build reads: template, variables and schematics. Asks, in a terminal.',
  examples: [
    'talos-image init                           asks, writes to ./_packer',
    'talos-image init images --yes --arch x86   asks nothing, writes to ./images',
    'talos-image init --talos-version v1.13 --extension iscsi-tools --yes',
    'talos-image init --adapt --location hel1   changes the files that are there',
  ],
  parameters: initParameters,
  run: async (io, flags) => {
    const path = resolve(io.cwd, flags.dir)
    const target: Target = { path, shown: nameOf(path, io.cwd) }
    const force = flags.force === true
    const asks = canAsk(io) && flags.yes !== true && flags.output === TEXT
    const adapts = !force && (asks || flags.adapt === true)
    const conflicts = await findConflicts(target, FILE_NAMES, { force, adapts })
    throwProblems([...findFlagProblems(flags), ...conflicts])

    const shipped = await openShipped()
    const current = adapts ? await readCurrent(target, io.cwd) : undefined
    const questions = asks ? (await import('../init/questions.ts')).askAtTerminal(io) : undefined
    if (current !== undefined && asks) io.err(`${target.shown} is adapted: what is not asked about stays as it is.\n`)
    const answers = await answer(io, flags, { shipped, current, questions })
    const fresh = await renderFiles(answers, shipped)
    const unsure = warnOfLocation(flags)
    const warnings = unsure === undefined ? [] : [unsure]
    if (current !== undefined) return adapt(io, target, { flags, answers, current, fresh, questions, warnings })

    await writeFiles(target, fresh, force)
    const others = (await findOtherVarFiles(target, FILE_NAMES)).map((name): Problem => {
      const at = { kind: 'file', file: target.shown === '.' ? name : `${target.shown}/${name}` } as const
      return { code: 'config', message: 'is read by a build, too, and may set the same variables', at }
    })
    return {
      document: toDocument(target, answers, FILE_NAMES, shipped.extensions.get('schematic.yaml')),
      text: formatWritten(target.shown, answers, shipped),
      warnings: [...others, ...warnings],
    }
  },
})

interface Adapting {
  readonly flags: InitFlags
  readonly answers: PinnedAnswers
  readonly current: Current
  readonly fresh: readonly FileToWrite[]
  readonly questions: Questions | undefined
  readonly warnings: readonly Problem[]
}

/** Changes what is there to the answers, once the changes are shown and, in a terminal, agreed to. */
async function adapt(
  io: Io,
  target: Target,
  { flags, answers, current, fresh, questions, warnings }: Adapting,
): Promise<CommandResult> {
  const adapted = adaptFiles(answers, current, { fresh, pinned: answers.pinned })
  const { changes } = adapted
  const summary = formatChanges(target.shown, changes)
  // In a terminal it is read before the question.
  if (questions !== undefined) io.err(`\n${summary}\n`)
  const mayAsk = questions !== undefined && changes.length > 0 && flags.adapt !== true
  const isWanted = !mayAsk || (await confirm(io, 'Write these changes?', 'nothing was written'))
  if (isWanted) await writeFiles(target, changes, false)
  const written = isWanted ? changes.map(({ name }) => name) : []
  return {
    document: toDocument(target, answers, written, current.extensions),
    text: [
      ...(questions === undefined ? [summary] : []),
      ...(written.length > 0 ? [`Wrote to ${target.shown}: ${written.join(', ')}\n`] : []),
      isWanted ? formatNext(target.shown) : 'Nothing was written.\n',
    ].join('\n'),
    warnings: [...adapted.warnings, ...warnings],
  }
}

/** Relative where it is below the current directory, whole elsewhere. */
function nameOf(path: string, cwd: string): string {
  const shown = relative(cwd, path)
  if (shown === '') return '.'
  return shown === '..' || shown.startsWith('../') ? path : shown
}

interface Answering {
  readonly shipped: Shipped
  readonly current: Current | undefined
  readonly questions: Questions | undefined
}

async function answer(
  io: Io,
  flags: InitFlags,
  { shipped: { extensions }, current, questions }: Answering,
): Promise<PinnedAnswers> {
  await using opened = await openFactory(io, flags)
  // Awaited here: when this function ends, so does a sandbox that was started for it.
  return await findAnswers(flags, {
    factory: opened.factory,
    shipped: [...new Set([...extensions.values()].flat())],
    preset: extensions.get('schematic.yaml') ?? [],
    kept: current === undefined ? undefined : toKept(current),
    questions,
    signal: io.signal,
  })
}

function toDocument(
  { path }: Target,
  { talosVersion, architectures, ...answers }: Answers,
  files: readonly string[],
  extensions: readonly string[] = [],
) {
  return {
    directory: path,
    files,
    talosVersion,
    architectures,
    location: answers.location ?? null,
    extensions: (answers.extensions ?? extensions).map((name) => ({ name })),
  }
}
