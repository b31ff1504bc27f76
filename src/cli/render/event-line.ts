/** A build event as one line of text. */

import type { BuildEvent, BuildStep } from '../../run/events.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import type { Style } from './paint.ts'
import { formatDuration } from './units.ts'

const DOING: Record<BuildStep, readonly [long: string, short: string]> = {
  server: ['creating the build server', 'server'],
  boot: ['booting the rescue system', 'booting'],
  write: ['writing the disk', 'writing'],
  verify: ['reading the disk back', 'verifying'],
  snapshot: ['taking the snapshot', 'snapshot'],
  publish: ['publishing the labels', 'labels'],
  'clean-up': ['removing the build server', 'removing'],
}

/** What a step does, in words. */
export const describeStep = (step: BuildStep): string => DOING[step][0]
/** The same in a word, of nine letters at most. */
export const nameStep = (step: BuildStep): string => DOING[step][1]

/** Words of others as one line that a terminal can be given: without secrets, control characters and line breaks. */
export function oneLine(text: string): string {
  return printable(redact(text).replaceAll(/\s*[\r\n]\s*/g, ' '))
}

export interface EventLine {
  /** undefined when it concerns the run. */
  readonly image: string | undefined
  readonly text: string
  readonly style?: Style
}

/**
 * The line of an event, or undefined for events that a log does without: what comes many times, what the next line says
 * anyway, and what is said at the end.
 */
export function eventLine(event: BuildEvent): EventLine | undefined {
  switch (event.type) {
    case 'run-started':
      return { image: undefined, text: `run ${event.run}` }
    case 'image-existing':
      return { image: event.image, text: `exists already: snapshot ${event.snapshot}`, style: 'good' }
    case 'step-started':
      return { image: event.image, text: `${describeStep(event.step)} ...` }
    case 'placement-failed': {
      const { serverType, location } = event.placement
      const next = event.last ? '' : ', trying the next'
      return { image: event.image, text: `${serverType} in ${location}: not in stock${next}`, style: 'warning' }
    }
    case 'note':
      return { image: event.image, text: oneLine(event.text), style: 'warning' }
    case 'image-built':
      return {
        image: event.image,
        text: `done: snapshot ${event.snapshot} in ${formatDuration(event.ms)}`,
        style: 'good',
      }
    case 'image-failed':
      return event.problem.code === 'interrupted'
        ? { image: event.image, text: `stopped after ${formatDuration(event.ms)}`, style: 'warning' }
        : {
            image: event.image,
            text: `failed after ${formatDuration(event.ms)} (${event.problem.code})`,
            style: 'bad',
          }
    case 'removed':
      return { image: undefined, text: `removed ${oneLine(event.name)}` }
    case 'leftover':
    case 'removing':
    case 'progress':
    case 'server-created':
    case 'step-finished':
      return undefined
  }
}
