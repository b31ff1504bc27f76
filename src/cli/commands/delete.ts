/** `talos-image delete ID` */

import { type Problem, throwProblems } from '../../errors.ts'
import { isApiFailure } from '../../hetzner/transport/api-failure.ts'
import type { Image } from '../../hetzner/wire.ts'
import { type Cloud, type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { noSuchSnapshot } from '../no-such-snapshot.ts'
import { type OutputFlags, writeJson } from '../output.ts'

export interface DeleteFlags extends CloudOptions, OutputFlags {
  readonly force?: boolean
}

/** Deletes snapshots by ID: all of them are looked at first, and nothing is deleted when one cannot be. */
export async function runDelete(io: Io, ids: readonly number[], flags: DeleteFlags): Promise<number> {
  throwProblems(findCloudProblems(io, flags))
  const cloud = await openCloud(io, flags)
  try {
    const images = await Promise.all([...new Set(ids)].map((id) => find(cloud, id, io.signal)))
    throwProblems(images.flatMap((image) => findObstacles(image, flags.force === true)))
    for (const image of images) {
      await cloud.hetzner.images.delete(image.id, { signal: io.signal })
      if (flags.output === 'text') io.out(`Deleted snapshot ${image.id} (${image.description})\n`)
    }
    if (flags.output === 'json') writeJson(io, { deleted: images.map(({ id }) => id) })
    return EXIT.success
  } finally {
    await cloud.close()
  }
}

async function find(cloud: Cloud, id: number, signal: AbortSignal): Promise<Image> {
  try {
    return await cloud.hetzner.images.get(id, { signal })
  } catch (error) {
    if (!isApiFailure(error, 'not_found')) throw error
    throw noSuchSnapshot(id)
  }
}

function findObstacles(image: Image, force: boolean): Problem[] {
  const name = `${image.id} (${image.description})`
  const refuse = (message: string, hint: string): Problem[] => [{ code: 'usage', message, hint }]
  if (image.type !== 'snapshot') {
    return refuse(`${name} is no snapshot but a ${image.type} image`, 'only snapshots can be deleted')
  }
  if (image.labels.os !== 'talos' && !force) {
    return refuse(
      `${name} does not look like a Talos snapshot: it has no label os=talos`,
      'if it is the one you mean, add --force',
    )
  }
  if (!image.protection.delete) return []
  return refuse(
    `${name} is protected against deletion`,
    `take the protection off first: talos-image unprotect ${image.id}`,
  )
}
