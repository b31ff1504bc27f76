/** What a run came to, as a page of its own: one file that needs nothing else, and asks no other computer for anything. */

import { createHash } from 'node:crypto'
import type { Problem } from '../../../errors.ts'
import type { Plan } from '../../../plan/plan.ts'
import type { ProjectsPlan } from '../../../plan/plan-projects.ts'
import type { ProjectResult } from '../../../report/projects.ts'
import { formatTerraform } from '../../../report/terraform.ts'
import type { TimedNote, Timeline } from '../../../report/timeline.ts'
import { BUILD_STEPS, type BuildStep } from '../../../run/events.ts'
import type { Leftover } from '../../../util/cleanup-scope.ts'
import { VERSION } from '../../../util/user-agent.ts'
import { pasteable } from '../../invocation.ts'
import { costOfServers } from '../running-cost.ts'
import { findFailures, findOlder } from '../summary.ts'
import { formatDuration, formatPrice, formatTime } from '../units.ts'
import { formatAxis, formatBars } from './bars.ts'
import { type Html, html, textOf } from './html.ts'
import { formatImage, formatNotes, formatOutcome, formatProblems, type ShownImage } from './image-card.ts'
import { SCRIPT, STYLE } from './style.ts'

export interface PageInput {
  /** At least one. */
  readonly results: readonly ProjectResult[]
  /** What was planned in these projects, and maybe in others. */
  readonly planned: ProjectsPlan
}

/** The page: a complete HTML document. */
export function formatPage({ results, planned }: PageInput): string {
  const projects = results.map((result) => toShownProject(result, planned))
  const images = projects.flatMap((one) => one.images)
  const made = images.filter(({ snapshot }) => snapshot !== undefined).length
  const title = `Talos ${planned.talosVersion}: ${made} of ${images.length} snapshots`
  return `<!doctype html>\n${textOf(html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<div class="head"><h1>Talos ${planned.talosVersion}</h1><span class="badge ${made === images.length ? 'good' : 'bad'}">${made} of ${images.length} snapshots</span></div>
${projects.map(formatProject)}
<footer>Made by talos-image ${VERSION}. Prices are net; servers are billed for every hour that they begin.</footer>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`)}`
}

const hashOf = (piece: Html): Html =>
  // Base64 has no sign that means anything in an attribute.
  html`'sha256-${createHash('sha256').update(textOf(piece)).digest('base64')}'`

interface ShownProject {
  readonly result: ProjectResult
  /** undefined when nothing could be planned. */
  readonly plan: Plan | undefined
  readonly images: readonly ShownImage[]
}

function toShownProject(result: ProjectResult, { projects, images }: ProjectsPlan): ShownProject {
  const planned = projects.find(({ project }) => project === result.project)
  const plan = planned !== undefined && 'plan' in planned ? planned.plan : undefined
  return {
    result,
    plan,
    images: images.map((name) => ({
      name,
      planned: plan?.images.find((one) => one.name === name),
      snapshot: result.snapshots.find(({ image }) => image === name),
      errors: result.failed.filter(({ image }) => image === name).map(({ error }) => error),
      timeline: result.timeline?.images.find(({ image }) => image === name),
    })),
  }
}

function formatProject({ result, plan, images }: ShownProject, index: number, projects: readonly ShownProject[]): Html {
  const { project, timeline, snapshots, leftovers } = result
  return html`<section>${project === undefined ? '' : html`<h2>${project}</h2>`}
<p class="faint">${describeRun(result, plan)}</p>
${formatFailures(findFailures([result]))}${leftovers.length === 0 ? '' : formatLeftovers(leftovers)}
${formatWarnings([...findOlder([result]), ...newWarnings(plan, projects.slice(0, index))], timeline?.notes)}
${timeline?.images.some(({ steps }) => steps.length > 0) === true ? formatOverview(timeline, images) : ''}
${
  snapshots.length === 0
    ? ''
    : html`<div class="card"><h3>Terraform</h3>${formatCopy(formatTerraform(snapshots).trimEnd())}</div>`
}
${images.map((image) => formatImage(image, timeline?.seconds ?? 0, plan?.cost))}</section>
`
}

/** What is true of several projects is said of the first. */
function newWarnings(plan: Plan | undefined, before: readonly ShownProject[]): readonly Problem[] {
  const said = new Set(before.flatMap((one) => one.plan?.warnings ?? []).map(({ message }) => message))
  return plan?.warnings.filter(({ message }) => !said.has(message)) ?? []
}

/** When it was, how long it took, and what it cost. */
function describeRun({ run, timeline }: ProjectResult, plan: Plan | undefined): string {
  const servers = timeline?.images.flatMap((image) => image.servers) ?? []
  const cost = plan === undefined ? undefined : costOfServers(servers, plan.cost)
  return [
    ...(timeline === undefined
      ? []
      : [`${formatTime(timeline.began)} UTC`, `took ${formatDuration(timeline.seconds * 1000)}`]),
    ...(cost === undefined || plan?.cost.currency === undefined
      ? []
      : [`servers ${formatPrice(cost, plan.cost.currency)}`]),
    run === null ? 'nothing was begun' : `run ${run}`,
  ].join(' · ')
}

const formatFailures = (failures: readonly Problem[]): Html =>
  failures.length === 0 ? html`` : html`<div class="card bad"><h3>Not built</h3>${formatProblems(failures)}</div>`

function formatLeftovers(leftovers: readonly Leftover[]): Html {
  return html`<div class="card bad"><h3>Left behind, and paid for</h3><ul class="said">${leftovers.map(
    ({ name, reason, command }) => html`<li>${name}: ${reason}${formatCopy(pasteable(command))}</li>`,
  )}</ul></div>`
}

function formatWarnings(warnings: readonly Problem[], notes: readonly TimedNote[] = []): Html {
  if (warnings.length + notes.length === 0) return html``
  return html`<div class="card warning"><h3>Worth knowing</h3>${formatProblems(warnings)}${formatNotes(notes)}</div>`
}

const isStep = (name: string): name is BuildStep => name in BUILD_STEPS

/** All images on one axis, and what the colors stand for. */
function formatOverview({ seconds, images: timelines }: Timeline, images: readonly ShownImage[]): Html {
  const lanes = images.map(({ name, snapshot, errors, timeline }) => {
    const { steps = [], notes = [] } = timeline ?? {}
    return html`<div class="lane"><div>${name}</div><div>${formatBars(seconds, steps, notes)}</div><div>${formatOutcome({ snapshot, errors })}</div></div>`
  })
  const used = Object.keys(BUILD_STEPS)
    .filter(isStep)
    .filter((name) => timelines.some(({ steps }) => steps.some(({ step }) => step === name)))
  const mark = (kind: string) =>
    html`<svg width="10" height="10" aria-hidden="true"><rect class="${kind}" width="10" height="10" rx="2"/></svg>`
  const others = (['failed', 'interrupted'] as const).filter((kind) =>
    timelines.some(({ steps }) => steps.some(({ outcome }) => outcome === kind)),
  )
  return html`<div class="card"><h3>Timeline</h3><div class="lanes">${lanes}<div class="lane"><div></div><div>${formatAxis(seconds)}</div><div></div></div></div>
<ul class="legend">${[
    ...used.map((step) => html`<li>${mark(step)}${BUILD_STEPS[step].doing}</li>`),
    ...others.map((kind) => html`<li>${mark(kind)}${kind}</li>`),
  ]}${
    timelines.some(({ notes }) => notes.length > 0)
      ? html`<li><svg width="10" height="10" aria-hidden="true"><circle class="note" cx="5" cy="5" r="4"/></svg>something worth knowing</li>`
      : ''
  }</ul></div>`
}

const formatCopy = (text: string): Html =>
  html`<div class="copy"><pre>${text}</pre><button type="button" hidden>Copy</button></div>`
