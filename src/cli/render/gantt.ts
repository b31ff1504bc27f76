/** The timeline of a run as Mermaid draws it: a chart that pages written in Markdown may hold, such as those of GitHub. */

import type { StepOutcome, Timeline } from '../../report/timeline.ts'
import { BUILD_STEPS } from '../../run/events.ts'
import { tickDistance } from './ticks.ts'

/** How Mermaid colors a bar; `crit` is red. Source: mermaid.js.org/syntax/gantt.html. */
const TAGS: Readonly<Record<StepOutcome, string>> = { done: '', failed: 'crit, ', interrupted: 'active, ' }

/** The steps of each image, by the time since the run began; empty when there were none. */
export function formatGantt({ images, seconds: all }: Timeline): string {
  const sections = images.flatMap(({ image, steps }) => {
    if (steps.length === 0) return []
    const tasks = steps.map(({ step, after, seconds, outcome }) => {
      const name = `${BUILD_STEPS[step].doing}${outcome === 'done' ? '' : ` (${outcome})`}`
      return `    ${name} :${TAGS[outcome]}${formatElapsed(after)}, ${Math.round(seconds * 1000)}ms`
    })
    return [`    section ${plainWords(image)}`, ...tasks]
  })
  if (sections.length === 0) return ''
  return [
    'gantt',
    '    dateFormat YYYY-MM-DD HH:mm:ss.SSS',
    `    axisFormat ${all < 3600 ? '%M:%S' : '%H:%M:%S'}`,
    `    tickInterval ${tickDistance(all)}second`,
    '    todayMarker off',
    ...sections,
    '',
  ].join('\n')
}

/** A day that begins at midnight everywhere: Mermaid reads and shows the time of the reader's own place. */
const DAY_MS = Date.UTC(2001, 0, 1)

const formatElapsed = (seconds: number): string =>
  new Date(DAY_MS + seconds * 1000).toISOString().slice(0, -1).replace('T', ' ')

/** Words of others as Mermaid cannot misread them: nothing in them ends a line or begins a comment, a task or an entity. */
const plainWords = (text: string): string => text.replaceAll(/[^\p{L}\p{N}._/-]+/gu, ' ').trim()
