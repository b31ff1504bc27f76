/** One result of those of shards, or of the jobs of a matrix. Pure. */

import { type Problem, throwProblems } from '../errors.ts'
import { formatShard } from '../plan/shard.ts'
import type { ProjectResult } from './projects.ts'
import type { ImageTimeline, Timeline } from './timeline.ts'

/** What one run came to in one project, and the file that says so. */
export interface NamedResult {
  readonly file: string
  readonly result: ProjectResult
}

export interface Merged {
  /** One for each project, in the order in which they came. */
  readonly results: readonly ProjectResult[]
  /** Which results do not count. */
  readonly warnings: readonly Problem[]
}

/**
 * As if one run had built all of it. What is missing has failed: shards that there must be, and images that were expected. Of an
 * image that is in several results, the one that ended last counts.
 * @param all at least one
 * @param expected how many images there must be, where that is known
 * @throws ProblemsError `usage` for results that do not belong together
 */
export function mergeResults(all: readonly NamedResult[], expected?: number): Merged {
  throwProblems(findMixtures(all))
  const { given, warnings: repeated } = leaveOutCopies(all)
  const projects = new Map<string | undefined, NamedResult[]>()
  for (const one of given) {
    const { project } = one.result
    projects.set(project, [...(projects.get(project) ?? []), one])
  }
  const merged = [...projects.values()].map((own) => mergeProject(own, expected))
  return {
    results: merged.map(({ result }) => result),
    warnings: [...repeated, ...merged.flatMap(({ warnings }) => warnings)],
  }
}

/** The results of each run once. */
function leaveOutCopies(all: readonly NamedResult[]) {
  const given: NamedResult[] = []
  const warnings: Problem[] = []
  for (const one of all) {
    const { run, project } = one.result
    const same = given.find(({ result }) => run !== null && result.run === run && result.project === project)
    if (same === undefined) given.push(one)
    else warnings.push(warning(`the result of run ${run} is there twice: in ${same.file} and in ${one.file}`))
  }
  return { given, warnings }
}

const warning = (message: string): Problem => ({ code: 'usage', message })

/** `run abcd2345 in shard-1.json` */
const nameOf = ({ file, result: { run } }: NamedResult): string => `${run === null ? 'that' : `run ${run}`} in ${file}`

/** Results that cannot be of the same images. */
function findMixtures(given: readonly NamedResult[]): Problem[] {
  const differ = (what: string, show: (result: ProjectResult) => string, hint: string): Problem[] => {
    const files = new Map(given.map(({ file, result }) => [show(result), file]))
    if (files.size < 2) return []
    const list = [...files].map(([text, file]) => `${file} ${text}`).join(', ')
    return [{ code: 'usage', message: `${what}: ${list}`, hint }]
  }
  return [
    ...differ(
      'results of different Talos versions are not one',
      ({ talosVersion }) => `is of ${talosVersion}`,
      'build with a version instead of "latest" (--var talos_version=VERSION); what exists is not built again',
    ),
    ...differ(
      'these are not shards of one build',
      ({ shard }) => (shard === undefined ? 'is of all images' : `is one of ${shard.count}`),
      'leave out those of other builds',
    ),
    ...differ(
      'some projects have names, and one has none',
      ({ project }) => (project === undefined ? 'has none' : 'has one'),
      'build all of it with --project, or none',
    ),
    ...given.flatMap(({ file, result }): Problem[] =>
      result.runs === undefined
        ? []
        : [{ code: 'usage', message: `${file} is merged already`, hint: 'name the results that it was made of' }],
    ),
  ]
}

function mergeProject(given: readonly NamedResult[], expected: number | undefined) {
  const parts = given
    .map((one, place) => ({ ...one, place, endedMs: endOf(one.result) }))
    .sort((a, b) => (a.result.shard?.index ?? 0) - (b.result.shard?.index ?? 0) || a.place - b.place)
  const latest = new Map<string, (typeof parts)[number]>()
  const passed = new Map<string, string[]>()
  for (const part of parts) {
    for (const image of new Set(imagesOf(part.result))) {
      const other = latest.get(image)
      const isLater = other === undefined || part.endedMs >= other.endedMs
      if (isLater) latest.set(image, part)
      if (other === undefined) continue
      const [counts, not] = isLater ? [part, other] : [other, part]
      const both = `${nameOf(counts)} counts, which is later than ${nameOf(not)}`
      passed.set(both, [...(passed.get(both) ?? []), image])
    }
  }
  const [first] = parts
  if (first === undefined) throw new RangeError('a project without a result')
  const { project, talosVersion, inputs } = first.result
  const counts = (part: (typeof parts)[number], image: string): boolean => latest.get(image) === part
  const timelines = parts.flatMap(({ result: { timeline } }) => timeline ?? [])
  const result: ProjectResult = {
    ...(project === undefined ? {} : { project }),
    run: null,
    runs: parts.flatMap(({ result: { run } }) => run ?? []),
    talosVersion,
    ...(inputs === undefined ? {} : { inputs }),
    snapshots: parts.flatMap((part) => part.result.snapshots.filter(({ image }) => counts(part, image))),
    failed: [
      ...parts.flatMap((part) => part.result.failed.filter(({ image }) => counts(part, image))),
      ...[...findMissingShards(parts.map((part) => part.result)), ...findMissingImages(latest.size, expected)].map(
        (image) => ({ image, error: MISSING }),
      ),
    ],
    // Also those of results that do not count: they are still there.
    leftovers: [...new Map(parts.flatMap((part) => part.result.leftovers).map((one) => [one.name, one])).values()],
    ...(timelines.length === 0 ? {} : { timeline: mergeTimelines(timelines) }),
  }
  const warnings = [...passed].map(([both, images]) =>
    warning(`${project === undefined ? '' : `${project}: `}there are several results of ${images.join(', ')}: ${both}`),
  )
  return { result, warnings }
}

const MISSING: Problem = {
  code: 'not-found',
  message: 'there is no result',
  hint: 'look at what its job says, and run that again; what exists is not built again',
}

/** The names of all images of a result. */
export const imagesOf = ({ snapshots, failed }: ProjectResult): string[] =>
  [...snapshots, ...failed].map(({ image }) => image)

/** When the run ended, in epoch milliseconds; before all others where that is not known, since it did not begin. */
const endOf = ({ timeline }: ProjectResult): number =>
  timeline === undefined ? Number.NEGATIVE_INFINITY : Date.parse(timeline.began) + timeline.seconds * 1000

/** As messages call them. */
function findMissingShards(results: readonly ProjectResult[]): string[] {
  const count = results[0]?.shard?.count ?? 0
  const there = new Set(results.map(({ shard }) => shard?.index))
  const all = Array.from({ length: count }, (_, at) => ({ index: at + 1, count }))
  return all.filter(({ index }) => !there.has(index)).map((shard) => `shard ${formatShard(shard)}`)
}

function findMissingImages(found: number, expected = 0): string[] {
  const missing = expected - found
  return missing <= 0 ? [] : [missing === 1 ? '1 image' : `${missing} images`]
}

/** Of runs that went on side by side, or one after the other. */
function mergeTimelines(timelines: readonly Timeline[]): Timeline {
  const beganMs = Math.min(...timelines.map(({ began }) => Date.parse(began)))
  const later = timelines.map((one) => {
    const seconds = (Date.parse(one.began) - beganMs) / 1000
    const shift = <T extends { readonly after: number }>(all: readonly T[]): T[] =>
      all.map((event) => ({ ...event, after: Math.round((event.after + seconds) * 10) / 10 }))
    return { ...one, seconds: Math.round((one.seconds + seconds) * 10) / 10, shift }
  })
  const images = new Map<string, ImageTimeline>()
  for (const { images: own, shift } of later) {
    for (const { image, steps, servers, notes } of own) {
      const before = images.get(image)
      images.set(image, {
        image,
        steps: [...(before?.steps ?? []), ...shift(steps)],
        servers: [...(before?.servers ?? []), ...shift(servers)],
        notes: [...(before?.notes ?? []), ...shift(notes)],
      })
    }
  }
  return {
    began: new Date(beganMs).toISOString(),
    seconds: Math.max(...later.map(({ seconds }) => seconds)),
    images: [...images.values()],
    notes: later.flatMap(({ notes, shift }) => shift(notes)),
  }
}
