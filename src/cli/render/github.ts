/** What GitHub Actions understands in a log: groups and annotations. */

import { relative, resolve } from 'node:path'
import { formatOrigin, type Origin, type Problem } from '../../errors.ts'
import { BUILD_STEPS, type BuildEvent } from '../../run/events.ts'
import { printable, withoutCommands } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import { asCalled } from '../invocation.ts'
import { eventLine, oneLine } from './event-line.ts'
import { formatDuration } from './units.ts'

export interface GithubPaths {
  readonly cwd: string
  /** The repository's folder, to which annotations are relative. */
  readonly workspace: string | undefined
}

/** `::error file=...,line=...::WHAT`, which is shown in the log, at the line of the file, and with the run. */
export function formatAnnotation(problem: Problem, kind: 'error' | 'warning', paths: GithubPaths): string {
  const { message, at } = problem
  const hint = problem.hint === undefined ? undefined : asCalled(problem.hint)
  const place = placeOf(at, paths)
  const where = at?.kind === 'file' || at === undefined ? '' : formatOrigin(at)
  const text = `${where === '' ? '' : `${where}: `}${message}${hint === undefined ? '' : `\nhint: ${hint}`}`
  const properties = Object.entries({ title: 'talos-image', ...place }).map(
    ([name, value]) => `${name}=${escapeProperty(clean(String(value)))}`,
  )
  return `::${kind} ${properties.join(',')}::${escapeData(clean(text))}\n`
}

function placeOf(at: Origin | undefined, { cwd, workspace }: GithubPaths): Readonly<Record<string, string | number>> {
  if (at?.kind !== 'file') return {}
  const full = resolve(cwd, at.file)
  const inWorkspace = workspace === undefined ? '' : relative(workspace, full)
  return {
    file: inWorkspace === '' || inWorkspace.startsWith('..') ? at.file : inWorkspace,
    ...(at.line === undefined ? {} : { line: at.line }),
    ...(at.column === undefined ? {} : { col: at.column }),
  }
}

/** A part of the log that unfolds when it is clicked. */
export function formatGroup(title: string, lines: readonly string[]): string {
  return [
    `::group::${escapeData(oneLine(title))}`,
    ...lines.map((line) => withoutCommands(clean(line))),
    '::endgroup::',
    '',
  ].join('\n')
}

/** The events of an image until its end, in their order: the steps with how long each took. @param events of this image */
export function imageStory(events: readonly BuildEvent[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.type === 'step-finished') return [`${BUILD_STEPS[event.step].doing}: ${formatDuration(event.ms)}`]
    if (event.type === 'step-started' || event.type.startsWith('image-')) return []
    if (event.type === 'server-created') {
      return [`server ${event.name}: ${event.placement.serverType} in ${event.placement.location}`]
    }
    const line = eventLine(event)
    return line === undefined ? [] : [line.text]
  })
}

const clean = (text: string): string => printable(redact(text))

/** As the runner asks for it in the text of a command. */
const escapeData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/** As it asks for it in a property, where colons and commas mean something. */
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
