/** A build as Packer shows it: its lines while it goes on, and what it came to in the end. */

import { formatOrigin, type Problem } from '../../errors.ts'
import type { ProjectsPlan } from '../../plan/plan-projects.ts'
import type { BuildEvent } from '../../run/events.ts'
import type { BuildView } from '../build-view.ts'
import { asCalled } from '../invocation.ts'
import { type EventLine, eventLine, oneLine } from '../render/event-line.ts'
import { createLineView } from '../render/plain-view.ts'
import { formatPackerDuration, type PackerUi } from './ui.ts'

/** What a build made. */
interface Artifact {
  readonly build: string
  readonly id: number
  readonly description: string
}

export interface PackerBuildView extends BuildView {
  /** Says what it came to, once it has ended. @param isInterrupted whether the user stopped it */
  finish(isInterrupted: boolean): void
}

/** @param planned what is built: in one project, each image of a build of the template */
export function openPackerBuildView(
  ui: PackerUi,
  { projects }: ProjectsPlan,
  now: () => Date = () => new Date(),
): PackerBuildView {
  const images = projects.flatMap((one) => ('plan' in one ? one.plan.images : []))
  const find = (name: string) => images.find((image) => image.name === name)
  const buildOf = (image: string): string => find(image)?.build ?? image
  const began = now().getTime()
  const artifacts: Artifact[] = []
  const errors: { readonly build: string; readonly message: string }[] = []
  ui.introduce(images.map(({ name }) => buildOf(name)))

  const write = ({ image, text, style }: EventLine): void => {
    const build = image === undefined ? undefined : buildOf(image)
    const line = `==> ${build === undefined ? '' : `${build}: `}${text.replace(/^[a-z]/, (first) => first.toUpperCase())}`
    if (style === 'bad') ui.error(line, build)
    else ui.say(line, build)
  }
  const end = (image: string, snapshot: number, ms: number): void => {
    const build = buildOf(image)
    const { existing, description = '' } = find(image) ?? {}
    artifacts.push({ build, id: snapshot, description: existing?.description ?? description })
    ui.say(`Build '${build}' finished after ${formatPackerDuration(ms)}.`, build)
  }
  const fail = (build: string, message: string, ms?: number): void => {
    errors.push({ build, message })
    if (ms !== undefined) ui.error(`Build '${build}' errored after ${formatPackerDuration(ms)}: ${message}`, build)
  }
  const toLine = (event: BuildEvent): EventLine | undefined => {
    switch (event.type) {
      case 'run-started':
        return undefined
      case 'image-existing':
        write({
          image: event.image,
          text: `The snapshot ${event.snapshot} has this content already: nothing is built.`,
        })
        end(event.image, event.snapshot, 0)
        return undefined
      case 'image-built':
        end(event.image, event.snapshot, event.ms)
        return undefined
      case 'image-failed':
        fail(buildOf(event.image), describeProblem(event.problem), event.ms)
        return undefined
      case 'leftover': {
        const { name, reason, command } = event.leftover
        fail('talos-image', oneLine(asCalled(`${name} could not be removed: ${reason}; remove it: \`${command}\``)))
        return undefined
      }
      default:
        return eventLine(event)
    }
  }
  const lines = createLineView(write, toLine, now)
  return {
    onEvent: (_, event) => lines.onEvent(event),
    close: () => lines.close(),
    finish(isInterrupted) {
      ui.say(`\n==> Wait completed after ${formatPackerDuration(now().getTime() - began)}`)
      if (isInterrupted) ui.say('Cleanly cancelled builds after being interrupted.')
      else sayArtifacts(ui, artifacts, errors)
    },
  }
}

function sayArtifacts(
  ui: PackerUi,
  artifacts: readonly Artifact[],
  errors: readonly { readonly build: string; readonly message: string }[],
): void {
  if (errors.length > 0) {
    ui.row('', 'error-count', String(errors.length))
    ui.error("\n==> Some builds didn't complete successfully and had errors:")
  }
  for (const { build, message } of errors) {
    ui.row(build, 'error', message)
    ui.error(`--> ${build}: ${message}`)
  }
  if (artifacts.length === 0) ui.say('\n==> Builds finished but no artifacts were created.')
  else ui.say('\n==> Builds finished. The artifacts of successful builds are:')
  for (const { build, id, description } of artifacts) {
    const text = `A snapshot was created: '${oneLine(description)}' (ID: ${id})`
    ui.row(build, 'artifact-count', '1')
    ui.row(build, 'artifact', '0', 'builder-id', 'hcloud.builder')
    ui.row(build, 'artifact', '0', 'id', String(id))
    ui.row(build, 'artifact', '0', 'string', text)
    ui.row(build, 'artifact', '0', 'files-count', '0')
    ui.row(build, 'artifact', '0', 'end')
    ui.say(`--> ${build}: ${text}`)
  }
}

/** `file:line:column: what is wrong; what to do`, in one line. */
function describeProblem({ at, message, hint }: Problem): string {
  const where = formatOrigin(at)
  return oneLine(asCalled(`${where === '' ? '' : `${where}: `}${message}${hint === undefined ? '' : `; ${hint}`}`))
}
