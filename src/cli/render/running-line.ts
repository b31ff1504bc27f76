/** The line of an image that is under way: as much of it as fits. */

import { BUILD_STEPS } from '../../run/events.ts'
import type { RowState } from './board.ts'
import type { Glyphs } from './glyphs.ts'
import { formatBar, type Span } from './spans.ts'
import { measureTransfer } from './transfer.ts'
import { formatBytes, formatClock, formatSpeed } from './units.ts'

type Running = Extract<RowState, { kind: 'running' }>

/** What of a running image is shown; everything has a fixed width, so that nothing moves while one looks at it. */
export interface Density {
  /** Letters of the step: as a sentence, or as a word. */
  readonly step: 25 | 9
  /** Letters of the time that the step takes so far; none: 0. */
  readonly clock: 5 | 0
  /** Letters of the bar; none: 0. */
  readonly bar: number
  readonly more: readonly (keyof typeof MORE)[]
}

/** Letters of what may stand behind the percentage. */
const MORE = { bytes: 16, speed: 8, left: 10 } as const

/** From the roomiest on; the first that fits is taken, for all images alike. */
const DENSITIES: readonly Density[] = [
  { step: 25, clock: 5, bar: 24, more: ['bytes', 'speed', 'left'] },
  { step: 25, clock: 5, bar: 16, more: ['bytes', 'speed', 'left'] },
  { step: 25, clock: 5, bar: 10, more: ['speed', 'left'] },
  { step: 25, clock: 5, bar: 10, more: ['left'] },
  { step: 9, clock: 5, bar: 10, more: ['left'] },
  { step: 9, clock: 5, bar: 10, more: [] },
  { step: 9, clock: 5, bar: 0, more: [] },
]
const NARROWEST: Density = { step: 9, clock: 0, bar: 0, more: [] }

export const GAP = 2
const PERCENT = 4

/** How wide a running image's line gets, behind its name. */
function widthOf({ step, clock, bar, more }: Density): number {
  const extras = more.reduce((sum, name) => sum + GAP + MORE[name], 0)
  return GAP + step + GAP + clock + GAP + (bar === 0 ? 0 : bar + 1) + PERCENT + extras
}

/** How much can be shown. @param room columns behind the name */
export function chooseDensity(room: number): Density {
  return DENSITIES.find((one) => widthOf(one) <= room) ?? NARROWEST
}

/** The step, how long it takes, and how far its transfer is. */
export function runningSpans(state: Running, nowMs: number, density: Density, glyphs: Glyphs): Span[] {
  const step = BUILD_STEPS[state.step][density.step === 9 ? 'short' : 'doing']
  const spans: Span[] = [
    [step.padEnd(density.step), undefined],
    [density.clock === 0 ? '' : `  ${formatClock(nowMs - state.sinceMs).padStart(density.clock)}`, 'faint'],
  ]
  const transfer = measureTransfer(state.samples, state.totalBytes, nowMs)
  if (transfer === undefined) return spans
  const { bytes, totalBytes, percent, speed, leftMs } = transfer
  if (percent !== undefined) {
    if (density.bar > 0) spans.push(['  ', undefined], ...formatBar(percent, density.bar, glyphs), [' ', undefined])
    else spans.push(['  ', undefined])
    spans.push([`${percent}%`.padStart(PERCENT), undefined])
  }
  const amount = totalBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`
  const texts = {
    bytes: amount,
    speed: speed === undefined ? '' : formatSpeed(speed),
    left: leftMs === undefined ? '' : `${formatClock(leftMs + 999)} left`,
  }
  for (const name of density.more) spans.push(['  ', undefined], [texts[name].padEnd(MORE[name]), 'faint'])
  return spans
}
