/**
 * Spans of time as bars, in SVG that is as wide as its place: places and widths are shares, so neither text nor corners are
 * stretched, on a telephone or on paper.
 */

import type { TimedNote, TimedStep } from '../../../report/timeline.ts'
import { BUILD_STEPS } from '../../../run/events.ts'
import { tickDistance } from '../ticks.ts'
import { formatClock, formatDuration } from '../units.ts'
import { type Html, html } from './html.ts'

const HEIGHT = 18

/**
 * The steps of an image one behind the other, in a run of so many seconds. Of two at the same time the shorter one is on top.
 * What is worth knowing is a dot.
 */
export function formatBars(seconds: number, steps: readonly TimedStep[], notes: readonly TimedNote[] = []): Html {
  const share = sharesOf(seconds)
  return html`<svg class="bars" width="100%" height="${HEIGHT}" aria-hidden="true">${ticksOf(seconds).map(
    (tick) => html`<line class="grid" x1="${share(tick)}" x2="${share(tick)}" y1="0" y2="100%"/>`,
  )}${steps
    .toSorted((a, b) => b.seconds - a.seconds)
    .map(
      (step) =>
        html`<rect class="${step.step} ${step.outcome}" x="${share(step.after)}" width="${share(step.seconds)}" y="3" height="${HEIGHT - 6}" rx="2"><title>${describeStep(step)}</title></rect>`,
    )}${notes.map(
    ({ after, text }) =>
      html`<circle class="note" cx="${share(after)}" cy="${HEIGHT / 2}" r="4"><title>${formatClock(after * 1000)} ${text}</title></circle>`,
  )}</svg>`
}

/** The times below the bars. */
export function formatAxis(seconds: number): Html {
  const share = sharesOf(seconds)
  return html`<svg class="axis" width="100%" height="16" aria-hidden="true">${ticksOf(seconds).map((tick) => {
    const anchor = tick === 0 ? 'start' : tick > seconds * 0.93 ? 'end' : 'middle'
    return html`<text x="${share(tick)}" y="12" text-anchor="${anchor}">${formatClock(tick * 1000)}</text>`
  })}</svg>`
}

/** `writing the disk: 41 s, failed` */
export function describeStep({ step, seconds, outcome }: TimedStep): string {
  return `${BUILD_STEPS[step].doing}: ${formatDuration(seconds * 1000)}${outcome === 'done' ? '' : `, ${outcome}`}`
}

/** Round times from 0 to the end, a few. */
function ticksOf(seconds: number): readonly number[] {
  const distance = tickDistance(seconds)
  return Array.from({ length: Math.floor(seconds / distance) + 1 }, (_, nth) => nth * distance)
}

const sharesOf =
  (seconds: number) =>
  (part: number): string =>
    `${seconds <= 0 ? 0 : Math.min(100, Number(((part / seconds) * 100).toFixed(2)))}%`
