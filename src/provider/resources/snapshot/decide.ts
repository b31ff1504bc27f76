/** What a change of the configuration makes of a snapshot: nothing, a change in place, or another snapshot. Pure. */

import { isDeepStrictEqual } from 'node:util'
import { EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import { type Architecture, type Labels, toArchitecture } from '../../../domain.ts'
import { publicDescription, publicLabels, withRole } from '../../../plan/labels.ts'
import type { PlannedImage } from '../../../plan/plan.ts'
import { selectorOf } from '../../../plan/selector.ts'
import { isFloating } from '../../../plan/version.ts'
import type { Planned } from '../../definition.ts'
import { UNKNOWN } from '../../schema.ts'
import { isOpen } from '../../schematic-value.ts'
import type { attributes, SnapshotConfig, SnapshotState } from './attributes.ts'
import { wantedLabels } from './own-labels.ts'
import { CONTENT, labelsOf } from './request.ts'

/** What was looked up: the image, or that it could not be. */
export type Found = Pick<PlannedImage, 'talosVersion' | 'identity' | 'schematicId' | 'installer'> | undefined

type Decision = Pick<Planned<typeof attributes>, 'planned' | 'replace'>

/** Whether something that decides the content is not known yet. */
export const isContentOpen = (config: SnapshotConfig): boolean => CONTENT.some((name) => isOpen(config[name]))

/** Whether the content is what it was, as far as can be told without a look-up: then none is needed. */
export function isSameContent(config: SnapshotConfig, prior: SnapshotState): boolean {
  const { schematic, schematic_id, image_url } = config
  // One that was not read back: what its labels say is not proven.
  if (prior.identity === null) return false
  const others = (['talos_version', 'architecture', 'role', 'image_url', 'sha256'] as const).every(
    (name) => config[name] === prior[name],
  )
  if (!others || isFloating(prior.talos_version)) return false
  if (image_url !== null) return true
  if (schematic !== null) return !isOpen(schematic) && isDeepStrictEqual(schematic, prior.schematic)
  return (schematic_id ?? schematicId(EMPTY_SCHEMATIC)) === prior.schematic_id
}

/** Whether what the build server is to be has changed, which the next build needs: it is checked already now. */
export const isSameServer = (config: SnapshotConfig, prior: SnapshotState): boolean =>
  (['server_type', 'location'] as const).every((name) => config[name] === null || config[name] === prior[name])

/** Whether a boot test that is asked for has still to be: also again, when its label is gone. */
export const isUnproven = (
  { boot_test }: Pick<SnapshotConfig, 'boot_test'>,
  { boot_tested }: Pick<SnapshotState, 'boot_tested'>,
): boolean => (boot_test === true || boot_test === UNKNOWN) && boot_tested === null

/**
 * @param prior null for one that is to be made
 * @param found what is to be in it; undefined where it could not be looked up, or did not have to be
 */
export function decide(config: SnapshotConfig, prior: SnapshotState | null, found: Found): Decision {
  const isLater = isContentOpen(config)
  const isSame =
    prior !== null &&
    !isLater &&
    (found === undefined
      ? isUnchanged(config, prior)
      : found.identity !== undefined && found.identity === prior.identity)
  if (prior !== null && isSame) return { planned: written(config, prior) }
  const known = isLater ? undefined : found
  const planned: SnapshotConfig = {
    ...config,
    ...inPlace(config, known?.talosVersion ?? UNKNOWN),
    // Without a word of the user's, they are as it is with what is adopted.
    protect: config.protect ?? UNKNOWN,
    keep_on_destroy: config.keep_on_destroy ?? UNKNOWN,
    schematic_id: known === undefined ? (config.schematic_id ?? UNKNOWN) : (known.schematicId ?? null),
    version: known?.talosVersion ?? UNKNOWN,
    installer: known === undefined ? UNKNOWN : (known.installer ?? null),
    identity: known === undefined ? UNKNOWN : (known.identity ?? null),
    id: UNKNOWN,
    own_labels: UNKNOWN,
    boot_tested: UNKNOWN,
    size_gb: UNKNOWN,
    source_sha256: UNKNOWN,
    adopted: UNKNOWN,
  }
  if (prior === null) return { planned }
  const changed = CONTENT.filter((name) => !isDeepStrictEqual(planned[name], prior[name]))
  return { planned, replace: [...changed, 'identity'].map((name) => [name]) }
}

/** Where nothing can be looked up, a version such as `latest` is what it was. */
const isUnchanged = (config: SnapshotConfig, prior: SnapshotState): boolean =>
  config.talos_version === prior.talos_version &&
  isSameContent({ ...config, talos_version: '' }, { ...prior, talos_version: '' })

/** What the user wrote, for a snapshot that stays: the same schematic in other words is the same. */
const written = (config: SnapshotConfig, prior: SnapshotState): SnapshotConfig => ({
  ...config,
  ...inPlace(config, prior.version),
  ...kept(prior),
  protect: config.protect ?? prior.protect,
  keep_on_destroy: config.keep_on_destroy ?? prior.adopted,
  schematic: prior.schematic ?? config.schematic,
  boot_tested: isUnproven(config, prior) ? UNKNOWN : prior.boot_tested,
})

/** What of a snapshot is as it was, whatever changes in place. */
export const kept = (prior: SnapshotState) => ({
  schematic_id: prior.schematic_id,
  version: prior.version,
  installer: prior.installer,
  identity: prior.identity,
  own_labels: wantedLabels(prior),
  id: prior.id,
  size_gb: prior.size_gb,
  source_sha256: prior.source_sha256,
  adopted: prior.adopted,
})

type InPlace = 'description' | 'boot_test' | 'force_destroy' | 'all_labels' | 'selector'

/** What can be changed of a snapshot that is there. */
export function inPlace(config: SnapshotState, version: string): Pick<SnapshotState, InPlace>
export function inPlace(config: SnapshotConfig, version: SnapshotConfig['version']): Pick<SnapshotConfig, InPlace>
export function inPlace(config: SnapshotConfig, version: SnapshotConfig['version']): Pick<SnapshotConfig, InPlace> {
  const { description, boot_test, force_destroy } = config
  const labels = toLabels(config, version)
  return {
    description: description ?? toDescription(config, version),
    boot_test: boot_test ?? false,
    force_destroy: force_destroy ?? false,
    all_labels: labels ?? UNKNOWN,
    selector: labels === undefined ? UNKNOWN : selectorOf(labels),
  }
}

/** What of the configuration decides labels and description. */
function toKind({ architecture, role }: SnapshotConfig, version: SnapshotConfig['version']) {
  const known: Architecture | undefined = toArchitecture(typeof architecture === 'string' ? architecture : undefined)
  if (known === undefined || typeof version !== 'string' || role === UNKNOWN) return undefined
  return { architecture: known, talosVersion: version, role: role ?? undefined }
}

/** All labels that it is to have; undefined when some are not known yet. */
function toLabels(config: SnapshotConfig, version: SnapshotConfig['version']): Labels | undefined {
  const kind = toKind(config, version)
  if (kind === undefined || isOpen(config.labels)) return undefined
  return { ...publicLabels(kind), ...Object.fromEntries(labelsOf(config.labels)) }
}

function toDescription(config: SnapshotConfig, version: SnapshotConfig['version']): SnapshotConfig['description'] {
  const kind = toKind(config, version)
  return kind === undefined ? UNKNOWN : withRole(publicDescription(kind.architecture, kind.talosVersion), kind.role)
}
