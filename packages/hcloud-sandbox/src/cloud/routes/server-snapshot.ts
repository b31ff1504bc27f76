/** `/servers/{id}/actions/create_image`: makes a snapshot. */

import { rm } from 'node:fs/promises'
import { Hono } from 'hono'
import * as v from 'valibot'
import { readBody } from '../body.ts'
import { findServerType } from '../catalogue/server-types.ts'
import type { StoredImage, StoredServer } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { ApiFault, limitExceeded } from '../errors.ts'
import { formatSnapshot } from '../formatters/image.ts'
import { LabelsInput } from '../labels.ts'
import { requireServer, requireUnlocked, startServerAction } from '../servers.ts'
import { removeItem } from '../store.ts'

const Input = v.object({
  description: v.optional(v.nullable(v.string('Not a valid string.'))),
  type: v.optional(v.picklist(['snapshot', 'backup'], 'must be snapshot or backup'), 'snapshot'),
  labels: v.optional(LabelsInput, {}),
})

const GB = 1024 ** 3

export function serverSnapshotRoutes(cloud: CloudContext): Hono<CloudEnv> {
  return new Hono<CloudEnv>().post('/:id{[0-9]+}/actions/create_image', async (context) => {
    const server = requireServer(cloud, context.get('project'), context.req.param('id'))
    const input = await readBody(context, Input)
    if (input.type === 'backup') throw new ApiFault(422, 'unsupported_error', 'the server has no backups enabled')
    requireUnlocked(cloud, server)
    requireRoom(cloud, server.project)
    const image: StoredImage = {
      ...describeSnapshot(cloud, server),
      description: input.description ?? server.name,
      labels: input.labels,
    }
    cloud.store.state.images.push(image)
    const action = startServerAction(cloud, server, {
      command: 'create_image',
      alsoAbout: [{ id: image.id, type: 'image' }],
      work: (latency) => takeSnapshot(cloud, server, image, latency),
      onFailure: () => discard(cloud, image),
    })
    return context.json({ image: formatSnapshot(image), action }, 201)
  })
}

function requireRoom({ options, store }: CloudContext, project: string): void {
  const most = options.limits?.snapshots ?? Number.POSITIVE_INFINITY
  if (store.state.images.filter((image) => image.project === project).length >= most) throw limitExceeded('snapshot')
}

function describeSnapshot({ options, store }: CloudContext, server: StoredServer) {
  const type = findServerType(server.serverType)
  return {
    id: store.nextId('image'),
    project: server.project,
    status: 'creating',
    created: options.clock.now(),
    createdFrom: { id: server.id, name: server.name },
    imageSize: null,
    diskSize: type?.disk ?? 0,
    architecture: type?.architecture ?? 'x86',
    osFlavor: server.osFlavor,
    osVersion: server.osVersion,
    protection: { delete: false },
  } as const
}

/** The disk is copied as it is when the action starts; what is written later is not in the snapshot. */
async function takeSnapshot(
  { options, store }: CloudContext,
  server: StoredServer,
  image: StoredImage,
  latency: () => Promise<void>,
): Promise<void> {
  const file = store.imageDisk(image.id)
  await options.disks.copyDisk(store.serverDisk(server.id), file)
  await latency()
  // The real cloud bills the compressed size; what the blocks of the sparse copy take up is the nearest we have.
  const gigabytes = (await options.disks.allocatedBytes(file)) / GB
  image.imageSize = Math.round(gigabytes * 10_000) / 10_000
  image.status = 'available'
}

async function discard({ store }: CloudContext, image: StoredImage): Promise<void> {
  removeItem(store.state.images, image)
  await rm(store.imageDisk(image.id), { force: true })
}
