/** A build event as one line of text. */

import type { BuildEvent, BuildStep } from '../../build/events.ts'
import { formatDuration } from './units.ts'

const DOING: Record<BuildStep, string> = {
  server: 'creating the build server',
  boot: 'booting the rescue system',
  write: 'writing the disk',
  verify: 'reading the disk back',
  snapshot: 'taking the snapshot',
  publish: 'publishing the labels',
  'clean-up': 'removing the build server',
}

/** What a step does, in words. */
export function describeStep(step: BuildStep): string {
  return DOING[step]
}

/** The line of an event, or undefined for events that a log does without. */
export function eventLine(event: BuildEvent): { image: string | undefined; text: string } | undefined {
  switch (event.type) {
    case 'run-started':
      return { image: undefined, text: `run ${event.run}` }
    case 'image-existing':
      return { image: event.image, text: `exists already: snapshot ${event.snapshot}` }
    case 'step-started':
      return { image: event.image, text: `${describeStep(event.step)} ...` }
    case 'step-finished':
      return { image: event.image, text: `${describeStep(event.step)}: ${formatDuration(event.ms)}` }
    case 'placement-failed':
      return {
        image: event.image,
        text: `${event.placement.serverType} in ${event.placement.location}: not in stock${event.last ? '' : ', trying the next'}`,
      }
    case 'note':
      return { image: event.image, text: event.text }
    case 'image-built':
      return { image: event.image, text: `done: snapshot ${event.snapshot} in ${formatDuration(event.ms)}` }
    case 'image-failed':
      return { image: event.image, text: `failed after ${formatDuration(event.ms)}: ${event.problem.message}` }
    case 'removed':
      return { image: undefined, text: `removed ${event.name}` }
    case 'leftover':
      return { image: undefined, text: `could not remove ${event.leftover.name}; remove it: ${event.leftover.command}` }
    case 'removing':
    case 'progress':
      return undefined
  }
}
