/** An event of a build in a project that has a name, as the views show it: everything in it says which project. */

import type { BuildEvent } from '../../run/events.ts'
import { inProject } from './summary.ts'

/** The event with `prod/arm` for `arm`, and `prod: ` before what concerns the whole run. For people only. */
export function toProjectEvent(project: string | undefined, event: BuildEvent): BuildEvent {
  if (project === undefined) return event
  switch (event.type) {
    case 'run-started':
      return {
        ...event,
        run: `${event.run} in ${project}`,
        images: event.images.map((image) => inProject(project, image)),
      }
    case 'note':
      return event.image === undefined
        ? { ...event, text: `${project}: ${event.text}` }
        : { ...event, image: inProject(project, event.image) }
    case 'removing':
    case 'removed':
      return { ...event, name: `${event.name} in ${project}` }
    case 'leftover':
      return { ...event, leftover: { ...event.leftover, name: `${event.leftover.name} in ${project}` } }
    default:
      return { ...event, image: inProject(project, event.image) }
  }
}
