/** What happened when in a run: its events, put together. An interface that scripts rely on, documented in docs/output.md. */

import type { BuildEvent, BuildStep } from '../run/events.ts'

/** A run in time. What is `after` is seconds since it began. */
export interface Timeline {
  /** ISO 8601 */
  readonly began: string
  /** How long it took, with its clean-up. */
  readonly seconds: number
  readonly images: readonly ImageTimeline[]
  /** What concerns the whole run. */
  readonly notes: readonly TimedNote[]
}

export interface ImageTimeline {
  readonly image: string
  /** In the order in which they began; one that was tried again comes again. None for an image that existed. */
  readonly steps: readonly TimedStep[]
  readonly servers: readonly TimedServer[]
  /** Another try, a place without stock, and what else is worth knowing. */
  readonly notes: readonly TimedNote[]
}

export interface TimedStep {
  readonly step: BuildStep
  readonly after: number
  readonly seconds: number
  readonly outcome: StepOutcome
  /** How much was transferred or read back; null for other steps. */
  readonly bytes: number | null
}

/** `failed`: it was tried again, or the image failed with it. `interrupted`: the run was stopped. */
export type StepOutcome = 'done' | 'failed' | 'interrupted'

/** A build server, as long as it is paid for. */
export interface TimedServer {
  readonly name: string
  readonly serverType: string
  readonly location: string
  /** Net, of the server; null when the API names none. */
  readonly pricePerHour: number | null
  /** Whether it has an IPv4 address, which is paid for as well. */
  readonly ipv4: boolean
  readonly after: number
  readonly seconds: number
}

export interface TimedNote {
  readonly after: number
  readonly text: string
}

export interface TimelineRecorder {
  /** @param nowMs when it happens, in epoch milliseconds */
  add(event: BuildEvent, nowMs: number): void
  /** What has happened up to now. What goes on has failed, as far as is known. */
  read(nowMs: number): Timeline
}

/** Collects the events of one run. */
export function recordTimeline(): TimelineRecorder {
  let beganMs: number | undefined
  const images = new Map<string, OpenImage>()
  const notes: Note[] = []
  const openImage = (name: string): OpenImage => {
    const known = images.get(name)
    if (known !== undefined) return known
    const image: OpenImage = { steps: [], servers: [], notes: [] }
    images.set(name, image)
    return image
  }
  return {
    add(event, atMs) {
      beganMs ??= atMs
      if (event.type === 'run-started') for (const name of event.images) openImage(name)
      else if (event.type === 'removed') {
        for (const image of images.values()) endServers(image, atMs, event.name)
      } else if (!('image' in event) || event.image === undefined) {
        if (event.type === 'note') notes.push({ atMs, text: event.text })
      } else addToImage(openImage(event.image), event, atMs)
    },
    read(nowMs) {
      const from = beganMs ?? nowMs
      const after = (atMs: number): number => toSeconds(atMs - from)
      const span = ({ fromMs, untilMs }: Span) => ({
        after: after(fromMs),
        seconds: toSeconds((untilMs ?? nowMs) - fromMs),
      })
      const toNote = ({ atMs, text }: Note): TimedNote => ({ after: after(atMs), text })
      return {
        began: new Date(from).toISOString(),
        seconds: after(nowMs),
        images: [...images].map(([image, open]) => ({
          image,
          steps: open.steps.map(({ step, outcome, bytes, ...at }) => ({
            step,
            ...span(at),
            outcome: outcome ?? 'failed',
            bytes: bytes ?? null,
          })),
          servers: open.servers.map(({ fromMs, untilMs, ...server }) => ({ ...server, ...span({ fromMs, untilMs }) })),
          notes: open.notes.map(toNote),
        })),
        notes: notes.map(toNote),
      }
    },
  }
}

interface Note {
  readonly atMs: number
  readonly text: string
}

interface Span {
  readonly fromMs: number
  untilMs: number | undefined
}

interface OpenStep extends Span {
  readonly step: BuildStep
  outcome: StepOutcome | undefined
  bytes: number | undefined
}

interface OpenImage {
  readonly steps: OpenStep[]
  readonly servers: (Span & Omit<TimedServer, 'after' | 'seconds'>)[]
  readonly notes: Note[]
}

function addToImage(image: OpenImage, event: Extract<BuildEvent, { image?: string }>, atMs: number): void {
  const { steps, servers, notes } = image
  switch (event.type) {
    case 'step-started':
      // Of a step that fails only the beginning is told.
      failStep(steps.at(-1), atMs)
      steps.push({ step: event.step, fromMs: atMs, untilMs: undefined, outcome: undefined, bytes: undefined })
      break
    case 'step-finished':
      Object.assign(steps.findLast(({ step }) => step === event.step) ?? {}, { untilMs: atMs, outcome: 'done' })
      if (event.step === 'clean-up') endServers(image, atMs)
      break
    case 'progress': {
      const step = steps.at(-1)
      if (step?.step === event.step) step.bytes = event.bytes
      break
    }
    case 'server-created': {
      const { serverType, location, pricePerHour = null } = event.placement
      const { name, ipv4 } = event
      servers.push({ name, serverType, location, pricePerHour, ipv4, fromMs: atMs, untilMs: undefined })
      break
    }
    case 'placement-failed': {
      const { serverType, location } = event.placement
      notes.push({
        atMs,
        text: `${serverType} in ${location}: ${event.code === 'stock' ? 'not in stock' : event.reason}`,
      })
      break
    }
    case 'note':
      notes.push({ atMs, text: event.text })
      break
    case 'image-failed': {
      failStep(steps.at(-1), atMs)
      // Also one that came to its end: that the disk is wrong is found out by reading it.
      const last = steps.findLast(({ step }) => step !== 'clean-up')
      if (last !== undefined) last.outcome = event.problem.code === 'interrupted' ? 'interrupted' : 'failed'
      break
    }
    case 'image-existing':
    case 'image-built':
      break
  }
}

function failStep(step: OpenStep | undefined, atMs: number): void {
  if (step === undefined || step.outcome !== undefined) return
  step.untilMs = atMs
  step.outcome = 'failed'
}

/** @param removed what was removed, such as `server NAME`; undefined: all of the image */
function endServers({ servers }: OpenImage, atMs: number, removed?: string): void {
  for (const server of servers) {
    if (removed === undefined || removed === `server ${server.name}`) server.untilMs ??= atMs
  }
}

/** In tenths. A clock that is set back makes nothing shorter than nothing. */
const toSeconds = (ms: number): number => Math.max(0, Math.round(ms / 100) / 10)
