/** A build event as one line of text. */

import { BUILD_STEPS, type BuildEvent } from '../../run/events.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import { asCalled } from '../invocation.ts'
import type { Style } from './paint.ts'
import { formatDuration } from './units.ts'

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
      return { image: event.image, text: `${BUILD_STEPS[event.step].doing} ...` }
    case 'placement-failed': {
      const { serverType, location } = event.placement
      const next = event.last ? '' : ', trying the next'
      const why = event.code === 'stock' ? 'not in stock' : oneLine(event.reason)
      return { image: event.image, text: `${serverType} in ${location}: ${why}${next}`, style: 'warning' }
    }
    case 'note':
      return { image: event.image, text: oneLine(asCalled(event.text)), style: 'warning' }
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
