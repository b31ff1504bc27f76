/** A job in GitHub Actions: its log has groups, and its page a summary. */

import { appendFile } from 'node:fs/promises'
import type { ProjectResult } from '../report/projects.ts'
import type { BuildEvent } from '../run/events.ts'
import type { Io } from './io.ts'
import { eventLine } from './render/event-line.ts'
import { formatGroup, imageStory } from './render/github.ts'
import { formatJobSummary } from './render/job-summary.ts'
import { createPlainView } from './render/plain-view.ts'
import type { ProgressView } from './render/progress.ts'
import { isGithubActions } from './screen.ts'

/**
 * The log as elsewhere while it goes on, since lines of images that are built side by side cannot be grouped; in the end
 * a group for each image, with how long its steps took.
 */
export function createGithubView(io: Io, now?: () => Date): ProgressView {
  const plain = createPlainView(io, now)
  const events: BuildEvent[] = []
  return {
    onEvent(event) {
      if (event.type !== 'progress') events.push(event)
      plain.onEvent(event)
    },
    close() {
      plain.close()
      const images = events.flatMap((event) => (event.type === 'run-started' ? event.images : []))
      for (const image of images) {
        const own = events.filter((event) => 'image' in event && event.image === image)
        const story = imageStory(own)
        if (story.length > 0) io.command(formatGroup(`${image}: ${outcomeOf(own)}`, story))
      }
    },
  }
}

function outcomeOf(events: readonly BuildEvent[]): string {
  const last = events.findLast(({ type }) => type.startsWith('image-'))
  const line = last === undefined ? undefined : eventLine(last)
  return line?.text.replace(/^done: /, '') ?? 'not done'
}

/** Adds what a run came to, to the summary of the job, if it has one. That it cannot be written stops nothing. */
export async function writeJobSummary(io: Io, result: ProjectResult): Promise<void> {
  const file = io.env.GITHUB_STEP_SUMMARY
  if (!isGithubActions(io) || file === undefined || file === '') return
  try {
    await appendFile(file, formatJobSummary(result))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    io.err(`The summary of the job could not be written: ${reason}\n`)
  }
}
