/** `/servers/{id}/actions/create_image`: makes a snapshot. */

import { rm } from 'node:fs/promises'
import * as v from 'valibot'
import type { CloudContext } from '../../context.ts'
import { ApiFault, limitExceeded } from '../../errors.ts'
import { LabelsInput } from '../../labels.ts'
import type { Call } from '../../resource.ts'
import { requireUnlocked } from '../../row-actions.ts'
import { type Snapshot, showSnapshot, snapshots } from '../images.ts'
import { findServerType } from '../server-types.ts'
import { diskOf } from './disk.ts'
import { type Server, servers, startServerAction } from './server.ts'

const Input = v.object({
  description: v.optional(v.nullable(v.string('Not a valid string.'))),
  type: v.optional(v.picklist(['snapshot', 'backup'], 'must be snapshot or backup'), 'snapshot'),
  labels: v.optional(LabelsInput, {}),
})

const GB = 1024 ** 3

export async function createImage(server: Server, { cloud, body }: Call) {
  const input = await body(Input)
  if (input.type === 'backup') throw new ApiFault(422, 'unsupported_error', 'the sandbox makes no backups')
  requireUnlocked(cloud, servers.ref(server))
  requireRoom(cloud, server.project)
  const image: Snapshot = {
    ...describeSnapshot(cloud, server),
    description: input.description ?? server.name,
    labels: input.labels,
  }
  snapshots.add(cloud.store, image)
  const action = startServerAction(cloud, server, {
    command: 'create_image',
    alsoAbout: [snapshots.ref(image)],
    work: (latency) => takeSnapshot(cloud, server, image, latency),
    onFailure: () => spoil(cloud, image),
  })
  return { image: showSnapshot(image), action }
}

function requireRoom({ options, store }: CloudContext, project: string): void {
  const most = options.limits?.snapshots ?? Number.POSITIVE_INFINITY
  if (snapshots.of(store, project).length >= most) throw limitExceeded('snapshot')
}

function describeSnapshot({ options, store }: CloudContext, server: Server) {
  const type = findServerType(server.serverType)
  return {
    id: snapshots.nextId(store),
    project: server.project,
    status: 'creating',
    created: options.clock.now(),
    createdFrom: { id: server.id, name: server.name },
    imageSize: null,
    diskSize: diskOf(server),
    architecture: type?.architecture ?? 'x86',
    osFlavor: server.osFlavor,
    osVersion: server.osVersion,
    protection: { delete: false },
  } as const
}

/** The disk is copied as it is when the action starts; what is written later is not in the snapshot. */
async function takeSnapshot(
  { options, store }: CloudContext,
  server: Server,
  image: Snapshot,
  latency: () => Promise<void>,
): Promise<void> {
  const file = snapshots.diskFile(store, image.id)
  await options.disks.copyDisk(servers.diskFile(store, server.id), file)
  await latency()
  // The real cloud bills the compressed size; what the blocks of the sparse copy take up is the nearest we have.
  const gigabytes = (await options.disks.allocatedBytes(file)) / GB
  image.imageSize = Math.round(gigabytes * 10_000) / 10_000
  image.status = 'available'
}

/** Assumed, since it is not documented: a snapshot whose action failed stays, and cannot be used. */
async function spoil({ store }: CloudContext, image: Snapshot): Promise<void> {
  image.status = 'unavailable'
  await rm(snapshots.diskFile(store, image.id), { force: true })
}
