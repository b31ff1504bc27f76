/** `/volumes`: kept and shown. Machines do not have them. */

import * as v from 'valibot'
import type { CloudContext } from '../context.ts'
import { invalidField, invalidInput } from '../errors.ts'
import { LabelsInput } from '../labels.ts'
import { defineNamedResource, requireUniqueName } from '../resource.ts'
import { PROTECTABLE, protectionAction, requireRemovable, requireUnlocked, startAction } from '../row-actions.ts'
import { defineTable, Id, NAMED, type Store } from '../table.ts'
import { formatTime } from '../time.ts'
import { findServer, placeOf } from './addresses.ts'
import { findLocation } from './locations.ts'
import { type Server, servers } from './servers/server.ts'

const FORMATS = ['ext4', 'xfs'] as const
const Volume = v.object({
  ...NAMED,
  ...PROTECTABLE,
  status: v.picklist(['creating', 'available']),
  /** GB */
  size: v.number(),
  location: v.string(),
  server: v.nullable(Id),
  format: v.nullable(v.picklist(FORMATS)),
})
export type Volume = v.InferOutput<typeof Volume>

export const volumes = defineTable('volume', {
  firstId: 100_000_000,
  schema: Volume,
  settle: (rows) => rows.filter(({ status }) => status === 'available'),
})

const Name = v.pipe(
  v.string('Not a valid string.'),
  v.regex(/^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,62}[a-zA-Z0-9])?$/, 'is invalid'),
)
const Size = v.pipe(
  v.number('Not a valid integer.'),
  v.integer('Not a valid integer.'),
  v.minValue(10, 'must be at least 10'),
  v.maxValue(10_240, 'must be at most 10240'),
)
const CreateInput = v.object({
  name: Name,
  size: Size,
  location: v.optional(v.nullable(v.union([v.string(), v.number()], 'Not a valid ID or name.'))),
  server: v.optional(v.nullable(Id)),
  format: v.optional(v.nullable(v.picklist(FORMATS, 'must be ext4 or xfs'))),
  labels: v.optional(LabelsInput, {}),
})

const VOLUMES = 'kept and shown, but machines do not have it'

export const volumeResource = defineNamedResource(volumes, Name, {
  path: 'volumes',
  key: 'volume',
  latencies: { create_volume: 3_000, attach_volume: 2_000, detach_volume: 2_000, resize_volume: 2_000 },
  partial: {
    'POST /volumes': VOLUMES,
    'POST /volumes/{id}/actions/attach': VOLUMES,
    'POST /volumes/{id}/actions/resize': VOLUMES,
  },
  filters: { name: ({ name }) => name, status: ({ status }) => status },
  show: ({ id, name, status, size, location, server, format, protection, labels, created }) => ({
    id,
    name,
    status,
    size,
    location: findLocation(location) ?? null,
    server,
    format,
    linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${id}`,
    protection,
    labels,
    created: formatTime(created),
  }),
  async create({ cloud, project, body }) {
    const { store, engine, options } = cloud
    const { name, size, location, server: serverId, format, labels } = await body(CreateInput)
    requireUniqueName(volumes, cloud, project, name)
    const server = serverId ? findServer(cloud, project, serverId) : undefined
    const made: Volume = {
      id: volumes.nextId(store),
      project,
      name,
      status: 'creating',
      size,
      location: placeOf(server, location),
      server: null,
      format: format ?? null,
      protection: { delete: false },
      labels,
      created: options.clock.now(),
    }
    volumes.add(store, made)
    const created = engine.start({
      project,
      command: 'create_volume',
      resources: [volumes.ref(made)],
      async work(latency) {
        await latency()
        made.status = 'available'
      },
      onFailure: () => volumes.remove(store, made),
    })
    const next = server === undefined ? [] : [engine.start({ ...toAttachment(made, server), after: created })]
    return { made, more: { action: created.shown, next_actions: next.map(({ shown }) => shown) } }
  },
  remove(volume, { cloud }) {
    requireRemovable(cloud, volumes, volume)
    if (volume.server !== null) throw invalidInput('the volume is attached to a server')
    volumes.remove(cloud.store, volume)
    return undefined
  },
  actions: {
    async attach(volume, { cloud, project, body }) {
      const server = findServer(cloud, project, (await body(v.object({ server: Id }))).server)
      requireAttachable(cloud, volume, server.location)
      return { action: cloud.engine.start(toAttachment(volume, server)).shown }
    },
    detach(volume, { cloud, project }) {
      if (volume.server === null) throw invalidInput('the volume is not attached')
      const server = findServer(cloud, project, volume.server)
      const detach = () => {
        volume.server = null
      }
      return { action: startAction(cloud, volumes, volume, 'detach_volume', detach, [servers.ref(server)]) }
    },
    async resize(volume, { cloud, body }) {
      const { size } = await body(v.object({ size: Size }))
      if (size <= volume.size) throw invalidField('size', 'must be larger than before')
      const resize = () => {
        volume.size = size
      }
      return { action: startAction(cloud, volumes, volume, 'resize_volume', resize) }
    },
    change_protection: protectionAction(volumes),
  },
})

/** The action that attaches a volume to a server. */
export function toAttachment(volume: Volume, server: Server) {
  return {
    project: volume.project,
    command: 'attach_volume',
    resources: [volumes.ref(volume), servers.ref(server)],
    async work(latency: () => Promise<void>) {
      await latency()
      volume.server = server.id
    },
  }
}

/** @throws ApiFault 422, 423 unless it is free, and at this location */
function requireAttachable(cloud: CloudContext, volume: Volume, location: string): void {
  requireUnlocked(cloud, volumes.ref(volume))
  if (volume.server !== null) throw invalidInput(`volume '${volume.name}' is already attached to a server`)
  if (volume.location !== location) throw invalidInput(`volume '${volume.name}' is at another location`)
}

/** Those that were ordered for a server. @throws ApiFault 422, 423 */
export function findVolumes(cloud: CloudContext, project: string, ids: readonly number[], location: string): Volume[] {
  return ids.map((id) => {
    const volume = volumes.find(cloud.store, project, id)
    if (volume === undefined) throw invalidField('volumes', `volume with ID '${id}' not found`)
    requireAttachable(cloud, volume, location)
    return volume
  })
}

/** Those that a server has now. */
export const volumesOf = (store: Store, { id }: Server): Volume[] =>
  volumes.rows(store).filter(({ server }) => server === id)
