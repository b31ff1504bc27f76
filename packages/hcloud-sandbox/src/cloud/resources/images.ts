/** `/images`: the project's snapshots and the system images. */

import { rm } from 'node:fs/promises'
import * as v from 'valibot'
import { ARCHITECTURES } from '../../domain.ts'
import { atEnd } from '../action-engine.ts'
import { ApiFault, isProtected, locked } from '../errors.ts'
import { LabelsInput, StoredLabels } from '../labels.ts'
import { booleanParameter } from '../list.ts'
import { defineResource } from '../resource.ts'
import { defineTable, Id, OWNED } from '../table.ts'
import { formatTime } from '../time.ts'
import { SYSTEM_IMAGES, type SystemImage, showSystemImage } from './system-images.ts'

const Snapshot = v.object({
  ...OWNED,
  /** `unavailable`: making it has failed. */
  status: v.picklist(['creating', 'available', 'unavailable']),
  description: v.string(),
  created: v.number(),
  createdFrom: v.object({ id: Id, name: v.string() }),
  /** GB */
  imageSize: v.nullable(v.number()),
  /** GB */
  diskSize: v.number(),
  architecture: v.picklist(ARCHITECTURES),
  osFlavor: v.string(),
  osVersion: v.nullable(v.string()),
  labels: StoredLabels,
  protection: v.object({ delete: v.boolean() }),
})
export type Snapshot = v.InferOutput<typeof Snapshot>

export const snapshots = defineTable('image', {
  firstId: 400_000_000,
  schema: Snapshot,
  disks: 'snapshots',
  settle: (rows) => rows.filter(({ status }) => status !== 'creating'),
})

/** A snapshot as the API shows it. */
export function showSnapshot(image: Snapshot) {
  return {
    id: image.id,
    type: 'snapshot',
    status: image.status,
    name: null,
    description: image.description,
    image_size: image.imageSize,
    disk_size: image.diskSize,
    created: formatTime(image.created),
    created_from: image.createdFrom,
    bound_to: null,
    os_flavor: image.osFlavor,
    os_version: image.osVersion,
    rapid_deploy: false,
    protection: image.protection,
    deprecated: null,
    deleted: null,
    labels: image.labels,
    architecture: image.architecture,
  }
}

type Image = Snapshot | SystemImage

const isSnapshot = (image: Image): image is Snapshot => 'project' in image

/** System images are shared by all projects, and cannot be changed. @throws ApiFault 403 */
function requireSnapshot(image: Image): Snapshot {
  if (!isSnapshot(image)) throw new ApiFault(403, 'forbidden', 'system images cannot be changed')
  return image
}

const UpdateInput = v.object({
  description: v.optional(v.string('Not a valid string.')),
  type: v.optional(v.literal('snapshot', 'must be snapshot')),
  labels: v.optional(LabelsInput),
})
const ProtectionInput = v.object({ delete: v.optional(v.boolean('Not a valid boolean.')) })

export const imageResource = defineResource<Image>({
  path: 'images',
  key: 'image',
  title: 'image',
  table: snapshots,
  partial: { 'GET /images': 'a selection of system images, all snapshots; no apps, no backups' },
  all: ({ store }, project) => [...SYSTEM_IMAGES, ...snapshots.of(store, project)],
  listed(images, context) {
    const isWanted = booleanParameter(context, 'include_deprecated')
    return images.filter((image) => isWanted || isSnapshot(image) || image.deprecated === null)
  },
  labels: (image) => (isSnapshot(image) ? image.labels : {}),
  filters: {
    type: (image) => (isSnapshot(image) ? 'snapshot' : 'system'),
    status: (image) => (isSnapshot(image) ? image.status : 'available'),
    name: (image) => (isSnapshot(image) ? null : image.name),
    architecture: ({ architecture }) => architecture,
    // Only backups are bound to a server, and the sandbox makes none.
    bound_to: () => null,
  },
  sort: {
    id: ({ id }) => id,
    name: (image) => (isSnapshot(image) ? null : image.name),
    created: ({ created }) => created,
  },
  show: (image) => (isSnapshot(image) ? showSnapshot(image) : showSystemImage(image)),
  async update(image, { body }) {
    const snapshot = requireSnapshot(image)
    const input = await body(UpdateInput)
    snapshot.description = input.description ?? snapshot.description
    snapshot.labels = input.labels ?? snapshot.labels
  },
  async remove(image, { cloud: { store, engine } }) {
    const snapshot = requireSnapshot(image)
    if (snapshot.protection.delete) throw isProtected('image')
    if (engine.isLocked(snapshots.ref(snapshot))) throw locked('image')
    snapshots.remove(store, snapshot)
    await rm(snapshots.diskFile(store, snapshot.id), { force: true })
    return undefined
  },
  actions: {
    async change_protection(image, { cloud: { engine }, project, body }) {
      const snapshot = requireSnapshot(image)
      const input = await body(ProtectionInput)
      if (engine.isLocked(snapshots.ref(snapshot))) throw locked('image')
      const { shown } = engine.start({
        project,
        command: 'change_protection',
        resources: [snapshots.ref(snapshot)],
        work: atEnd(() => {
          snapshot.protection.delete = input.delete ?? snapshot.protection.delete
        }),
      })
      return { action: shown }
    },
  },
})
