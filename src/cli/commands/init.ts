/** `talos-image init [DIR]`: the files that a build reads, with a user's answers in them. */

import { relative, resolve } from 'node:path'
import { type Problem, throwProblems } from '../../errors.ts'
import { defineCommand } from '../define-command.ts'
import { TEXT } from '../formats/formats.ts'
import { type Answers, findAnswers } from '../init/answers.ts'
import { FILE_NAMES, openShipped, renderFiles, type Shipped } from '../init/files.ts'
import { findFlagProblems, warnOfLocation } from '../init/flag-problems.ts'
import { formatWritten } from '../init/format-written.ts'
import { type InitFlags, initParameters } from '../init/parameters.ts'
import { findConflicts, findOtherVarFiles, type Target, writeFiles } from '../init/write-files.ts'
import type { Io } from '../io.ts'
import { openFactory } from '../open-project.ts'

/** What no flag says is asked in a terminal, and is the default elsewhere. */
export const command = defineCommand({
  description: 'Write the files that a build reads: template, variables and schematics. Asks, in a terminal.',
  examples: [
    'talos-image init                           asks, writes to ./_packer',
    'talos-image init images --yes --arch x86   asks nothing, writes to ./images',
    'talos-image init --talos-version v1.13 --extension iscsi-tools --yes',
  ],
  parameters: initParameters,
  run: async (io, flags) => {
    const path = resolve(io.cwd, flags.dir)
    const target: Target = { path, shown: nameOf(path, io.cwd) }
    const force = flags.force === true
    throwProblems([...findFlagProblems(flags), ...(await findConflicts(target, FILE_NAMES, force))])

    const shipped = await openShipped()
    const answers = await answer(io, flags, shipped)
    await writeFiles(target, await renderFiles(answers, shipped), force)
    const others = (await findOtherVarFiles(target, FILE_NAMES)).map((name): Problem => {
      const at = { kind: 'file', file: target.shown === '.' ? name : `${target.shown}/${name}` } as const
      return { code: 'config', message: 'is read by a build, too, and may set the same variables', at }
    })
    const unsure = warnOfLocation(flags)
    return {
      document: toDocument(target, answers, shipped),
      text: formatWritten(target.shown, answers, shipped),
      warnings: [...others, ...(unsure === undefined ? [] : [unsure])],
    }
  },
})

/** Relative where it is below the current directory, whole elsewhere. */
function nameOf(path: string, cwd: string): string {
  const shown = relative(cwd, path)
  if (shown === '') return '.'
  return shown === '..' || shown.startsWith('../') ? path : shown
}

async function answer(io: Io, flags: InitFlags, { extensions }: Shipped): Promise<Answers> {
  await using opened = await openFactory(io, flags)
  const asks = io.stdinIsTerminal && io.errIsTerminal && flags.yes !== true && flags.output === TEXT
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
    extensions: (answers.extensions ?? shipped.extensions.get('schematic.yaml') ?? []).map((name) => ({ name })),
  }
}
