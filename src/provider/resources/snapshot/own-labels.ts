/** The labels by which the command knows a snapshot again, which are ours to restore. Pure. */

import type { Labels } from '../../../domain.ts'
import { contentLabels, sourceLabelOf } from '../../../plan/labels.ts'
import type { SnapshotState } from './attributes.ts'

type Content = Pick<SnapshotState, 'version' | 'identity' | 'schematic_id' | 'source_sha256' | 'own_labels'>

/** The SHA-256 of the source as far as it is known: whole, or as the label has it. */
export const sourceOf = ({ source_sha256, own_labels }: Content): string | undefined =>
  source_sha256 ?? sourceLabelOf(own_labels ?? {})

/** What they are to be: as far as it is not known, what they are. */
export function wantedLabels(state: Content): Labels {
  const { version, identity, schematic_id, source_sha256, own_labels } = state
  // One that talos-image has not built, or not read back.
  if (identity === null || version === null) return own_labels ?? {}
  const known = {
    talosVersion: version,
    identity,
    schematicId: schematic_id ?? undefined,
    sourceSha256: source_sha256 ?? undefined,
  }
  return { ...own_labels, ...contentLabels(known) }
}
