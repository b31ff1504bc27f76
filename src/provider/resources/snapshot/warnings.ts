/** What there is to say about a snapshot that a resource has, had, or comes to have. Pure. */

import type { Snapshot } from '../../../hetzner/snapshot.ts'
import type { PlannedImage } from '../../../plan/plan.ts'
import type { Diagnostic } from '../../definition.ts'
import { wrong } from '../../place.ts'
import type { SnapshotConfig, SnapshotState } from './attributes.ts'
import { sourceOf } from './own-labels.ts'

const warning = (summary: string, detail: string, path: Diagnostic['path'] = []): Diagnostic => ({
  severity: 'warning',
  summary,
  detail,
  path,
})

const nameOf = ({ id, description }: Pick<Snapshot, 'id' | 'description'>): string =>
  `the snapshot ${id} (${description})`

/** What comes of an adopted one. */
const fateOf = ({ keep_on_destroy }: Pick<SnapshotConfig, 'keep_on_destroy'>): string =>
  keep_on_destroy === false
    ? 'From then on Terraform changes and destroys it.'
    : 'From then on Terraform changes it; it stays when the resource is destroyed, unless keep_on_destroy = false is applied first.'

/**
 * In the plan of a new resource.
 * @param isOwned whether Terraform has it already: in this resource, which is replaced, or in another one
 */
export function findAdopted(
  { existing, bootTest }: Pick<PlannedImage, 'existing' | 'bootTest'>,
  config: Pick<SnapshotConfig, 'keep_on_destroy'>,
  isOwned: boolean | undefined,
): Diagnostic[] {
  if (existing === undefined) return []
  if (isOwned === true) {
    const detail =
      'If it is destroyed first, the snapshot is built anew. If it stays, as with create_before_destroy, keep_on_destroy or a second resource that is the same, it is adopted, and nothing is built.'
    return [warning(`${nameOf(existing)} is one that Terraform has already`, detail)]
  }
  const booted = bootTest === undefined ? '' : '; it is booted first'
  const detail = `It has the same content and labels, so nothing is built${booted}. ${fateOf(config)}`
  return [warning(`${nameOf(existing)} exists already, and will be adopted`, detail)]
}

/**
 * In apply, of one that was adopted.
 * @param isHeld whether another resource of this run has it
 * @param expected the ID of the snapshot that the plan has found; empty when it found none
 */
export function findUnexpected(
  snapshot: Snapshot,
  config: Pick<SnapshotConfig, 'keep_on_destroy'>,
  { isHeld, expected }: { readonly isHeld: boolean; readonly expected: string },
): Diagnostic[] {
  if (isHeld) {
    const detail = `They are the same, so it was built once, and goes with the resource that has built it. Use one resource, or tell them apart by role or labels. ${fateOf(config)}`
    return [warning(`${nameOf(snapshot)} is that of another resource, too`, detail)]
  }
  if (expected === String(snapshot.id)) return []
  const detail = `It has the same content and labels; something else, such as another apply, has built it. ${fateOf(config)}`
  return [warning(`${nameOf(snapshot)} was adopted, which the plan did not know`, detail)]
}

/** Of one that its resource leaves in the project. */
export function stays({ id, adopted }: SnapshotState, when: 'will stay' | 'stays'): Diagnostic {
  const why = adopted === true ? 'It was there before the resource.' : 'keep_on_destroy is true.'
  return warning(`the snapshot ${id} ${when} in the project`, `${why} To delete it: \`talos-image delete ${id}\`.`)
}

/** Of one that another resource has adopted in the same run. */
export const staysWithOther = ({ id }: SnapshotState): Diagnostic =>
  warning(
    `the snapshot ${id} stays: the resource in its place has adopted it`,
    'It has the same content, so nothing was built anew.',
  )

/** Of one that is replaced, while it is asked for the first time that it stays. */
export function findLateKeep({ keep_on_destroy }: SnapshotConfig, prior: SnapshotState): Diagnostic[] {
  if (keep_on_destroy !== true || prior.keep_on_destroy === true) return []
  const summary = `keep_on_destroy = true comes too late for the snapshot ${prior.id}, which is destroyed`
  return [warning(summary, 'It counts once it is applied: apply it alone first.', ['keep_on_destroy'])]
}

/** Of one that stays, while another source is pinned than the one that it was made of. */
export function findOtherSource({ sha256 }: SnapshotConfig, prior: SnapshotState): Diagnostic[] {
  const source = sourceOf(prior)
  if (typeof sha256 !== 'string' || source === undefined || sha256.toLowerCase().startsWith(source)) return []
  const summary = `the snapshot ${prior.id} was made of a source with the SHA-256 ${source}, not ${sha256}`
  const short = source.length < sha256.length ? ' (the label has the first half of the hash)' : ''
  const detail = `Correct the hash, or leave it out${short}. It alone makes no other snapshot; for one that is built anew, delete this one first: \`talos-image delete ${prior.id}\`.`
  return [wrong(['sha256'], summary, detail)]
}
