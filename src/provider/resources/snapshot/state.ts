/** A snapshot of the project as Terraform's state has it. Pure. */

import type { Labels } from '../../../domain.ts'
import type { Snapshot } from '../../../hetzner/snapshot.ts'
import { contentLabelsIn, IDENTITY_LABEL, PREFIX, publicLabels, roleOf } from '../../../plan/labels.ts'
import { selectorOf } from '../../../plan/selector.ts'
import { toSnapshotRecord } from '../../../report/snapshot.ts'
import type { SnapshotState } from './attributes.ts'

/** What a resource that is imported has of its own: all that the user has not written yet. */
const UNWRITTEN = {
  schematic: null,
  image_url: null,
  labels: null,
  server_type: null,
  location: null,
  sha256: null,
  boot_test: false,
  keep_on_destroy: true,
  force_destroy: false,
  timeouts: null,
  source_sha256: null,
  adopted: true,
} as const

/** The labels that people and Terraform see; the others are for this tool. */
export const visible = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith(PREFIX)))

/**
 * How a snapshot is now. What stands in no snapshot stays as it was.
 * @param prior undefined for one that is imported
 * @returns undefined for a snapshot whose Talos version is not known, so none of Talos
 */
export function toState(snapshot: Snapshot, factoryUrl: string, prior?: SnapshotState): SnapshotState | undefined {
  const {
    id,
    architecture,
    version,
    sizeGb,
    schematic,
    installer,
    bootTested,
    description,
    protected: protect,
  } = toSnapshotRecord(snapshot, factoryUrl)
  // What is in it does not change, whatever its labels say now.
  const talosVersion = prior?.version ?? version
  if (talosVersion == null) return undefined
  const all = visible(snapshot.labels)
  return {
    ...UNWRITTEN,
    talos_version: talosVersion,
    role: roleOf(all) ?? null,
    schematic_id: schematic,
    installer,
    ...prior,
    id: String(id),
    architecture,
    version: talosVersion,
    description,
    labels: ownLabels(all, prior?.labels ?? null),
    all_labels: all,
    protect,
    selector: selectorOf(snapshot.labels),
    own_labels: contentLabelsIn(snapshot.labels),
    identity: prior === undefined ? (snapshot.labels[IDENTITY_LABEL] ?? null) : prior.identity,
    boot_tested: bootTested,
    size_gb: sizeGb,
  }
}

/** What is not there anyhow. None at all is what the user made of it: null, or an empty map. */
function ownLabels(all: Labels, prior: SnapshotState['labels']): SnapshotState['labels'] {
  const usual = publicLabels({ architecture: 'x86', talosVersion: '', role: '' })
  const own = Object.entries(all).filter(
    ([key, value]) =>
      Object.hasOwn(prior ?? {}, key) || !Object.hasOwn(usual, key) || (FIXED.has(key) && value !== usual[key]),
  )
  return own.length > 0 ? Object.fromEntries(own) : prior && Object.keys(prior).length === 0 ? prior : null
}

/** Labels whose usual value does not depend on the snapshot, so that another one is somebody's wish. */
const FIXED = new Set(['creator', 'type'])
