/** An image on the page: what became of it, its steps, and all that is known of its snapshot. */

import type { Problem } from '../../../errors.ts'
import type { Plan, PlannedImage } from '../../../plan/plan.ts'
import { type ResultSnapshot, toSourceRecord } from '../../../report/result.ts'
import type { ImageTimeline, TimedNote } from '../../../report/timeline.ts'
import { BUILD_STEPS } from '../../../run/events.ts'
import { asCalled } from '../../invocation.ts'
import { costOfServers } from '../running-cost.ts'
import { adviceFor } from '../summary.ts'
import { formatBytes, formatClock, formatDuration, formatGigabytes, formatPrice, formatTime } from '../units.ts'
import { formatAxis, formatBars } from './bars.ts'
import { type Html, html } from './html.ts'

/** One image of a run in one project. */
export interface ShownImage {
  readonly name: string
  /** undefined when there was no plan. */
  readonly planned: PlannedImage | undefined
  readonly snapshot: ResultSnapshot | undefined
  /** Why there is no snapshot. */
  readonly errors: readonly Problem[]
  /** undefined when nothing was begun. */
  readonly timeline: ImageTimeline | undefined
}

/** @param seconds how long the run took, on whose time the bars are */
export function formatImage(image: ShownImage, seconds: number, cost: Plan['cost'] | undefined): Html {
  const { name, timeline, snapshot, errors } = image
  return html`<article class="card"><div class="head"><h3>${name}</h3>${formatOutcome(image)}<span class="faint">${describeEnd(image)}</span></div>
${formatProblems(errors)}${timeline === undefined ? '' : html`${formatSteps(timeline, seconds)}${formatNotes(timeline.notes)}`}
${formatFacts([...snapshotFacts(snapshot), ...serverFacts(timeline, cost)])}${formatDetails(image)}</article>
`
}

/** Whether an image was built, in a word and a color. */
export function formatOutcome({ snapshot, errors }: Pick<ShownImage, 'snapshot' | 'errors'>): Html {
  if (snapshot !== undefined) {
    return html`<span class="badge ${snapshot.status === 'older' ? 'warning' : 'good'}">${snapshot.status}</span>`
  }
  return errors.some(({ code }) => code !== 'interrupted')
    ? html`<span class="badge bad">failed</span>`
    : html`<span class="badge warning">interrupted</span>`
}

function describeEnd({ snapshot }: ShownImage): string {
  if (snapshot === undefined) return ''
  return [
    `snapshot ${snapshot.id}`,
    ...(snapshot.seconds === null ? [] : [formatDuration(snapshot.seconds * 1000)]),
  ].join(', ')
}

/** Problems as a list, each with what to do about it. */
export function formatProblems(problems: readonly Problem[]): Html {
  return formatList(
    problems.map((problem) =>
      problem.code === 'interrupted'
        ? html`${problem.message}`
        : html`${asCalled(problem.message)}<br><span class="faint">${asCalled(adviceFor(problem))}</span>`,
    ),
  )
}

/** What happened besides the steps, and when. */
export function formatNotes(notes: readonly TimedNote[]): Html {
  return formatList(
    notes.map(({ after, text }) => html`<span class="faint">${formatClock(after * 1000)}</span> ${asCalled(text)}`),
  )
}

/** A list, where there is something in it. */
export const formatList = (items: readonly Html[]): Html =>
  items.length === 0 ? html`` : html`<ul class="said">${items.map((item) => html`<li>${item}</li>`)}</ul>`

function formatSteps({ steps }: ImageTimeline, seconds: number): Html {
  if (steps.length === 0) return html``
  const lanes = steps.map((step, index) => {
    const nth = steps.slice(0, index + 1).filter((one) => one.step === step.step).length
    const took = [
      formatDuration(step.seconds * 1000),
      ...(step.bytes === null ? [] : [formatBytes(step.bytes)]),
      ...(step.outcome === 'done' ? [] : [step.outcome]),
    ]
    return html`<div class="lane"><div>${BUILD_STEPS[step.step].doing}${nth === 1 ? '' : ` (${nth})`}</div><div>${formatBars(seconds, [step])}</div><div>${took.join(', ')}</div></div>`
  })
  return html`<div class="steps">${lanes}<div class="lane"><div></div><div>${formatAxis(seconds)}</div><div></div></div></div>`
}

/** What something is called, and what it is; undefined: not known, and left out. */
type Fact = readonly [name: string, value: Html | string | undefined]

function formatFacts(facts: readonly Fact[]): Html {
  const known = facts.flatMap(([name, value]) => (value === undefined ? [] : [html`<dt>${name}</dt><dd>${value}</dd>`]))
  return known.length === 0 ? html`` : html`<dl>${known}</dl>`
}

const code = (text: string | null | undefined): Html | undefined =>
  text === null || text === undefined ? undefined : html`<code>${text}</code>`

function snapshotFacts(snapshot: ResultSnapshot | undefined): readonly Fact[] {
  if (snapshot === undefined) return []
  const { id, description, created, sizeGb, diskGb, disk, verified, hostProof, status } = snapshot
  const read = disk === null ? '' : `; ${formatBytes(disk.bytes)} were written and read back`
  return [
    ['Snapshot', code(String(id))],
    ['Description', description],
    ['Created', `${formatTime(created)} UTC${snapshot.protected ? ', protected' : ''}`],
    ['Size', sizeGb === null ? undefined : `${formatGigabytes(sizeGb)}, as billed`],
    ['Disk', `servers need ${diskGb} GB${read}`],
    ['Read back', status === 'built' && !verified ? 'no: Packer does not' : undefined],
    [
      'Host key',
      hostProof === null ? undefined : hostProof.proven ? 'proven' : `not proven: ${hostProof.reason ?? ''}`,
    ],
    ['Selector', code(snapshot.selector)],
    ['Installer', code(snapshot.installer)],
  ]
}

/** What only those want who compare it with something. */
function formatDetails({ planned, snapshot }: ShownImage): Html {
  const source = snapshot?.source ?? (planned === undefined ? undefined : toSourceRecord(planned))
  const { compression, transferBytes } = planned?.sourceFacts ?? {}
  const transferred = transferBytes === undefined ? '' : `, ${formatBytes(transferBytes)}`
  const labels = Object.entries(snapshot?.labels ?? planned?.labels ?? {})
  return html`<details><summary>Source, hashes and labels</summary>${formatFacts([
    ['Source', code(source?.from) ?? source?.kind],
    ['Compression', compression === undefined ? undefined : `${compression}${transferred}`],
    ['Schematic', code(snapshot?.schematic ?? planned?.schematicId)],
    ['SHA-256', code(snapshot?.sourceSha256)],
    ['BLAKE2b of the data', code(snapshot?.disk?.dataBlake2b)],
    ['Description', snapshot === undefined ? planned?.description : undefined],
    ['Labels', html`<div class="labels">${labels.map(([key, value]) => html`<code>${key}=${value}</code>`)}</div>`],
  ])}</details>`
}

function serverFacts(timeline: ImageTimeline | undefined, cost: Plan['cost'] | undefined): readonly Fact[] {
  const servers = timeline?.servers ?? []
  if (servers.length === 0) return []
  const spent = cost === undefined ? undefined : costOfServers(servers, cost)
  const list = servers.map(
    ({ serverType, location, seconds }) => `${serverType} in ${location} for ${formatDuration(seconds * 1000)}`,
  )
  return [
    [servers.length === 1 ? 'Build server' : 'Build servers', list.join('; ')],
    [
      'Cost',
      spent === undefined || cost?.currency === undefined ? undefined : `${formatPrice(spent, cost.currency)}, net`,
    ],
  ]
}
