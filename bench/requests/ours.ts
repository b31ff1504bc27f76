/** Our own builds, as the library makes them. */

import { createHash } from 'node:crypto'
import { createHetznerClient } from '../../src/hetzner/client.ts'
import type { PlannedImage } from '../../src/plan/plan.ts'
import { build } from '../../src/run/build.ts'
import { type Place, planIn, type Wanted } from './place.ts'

/**
 * Plans and builds in one run.
 * @param times how often each image is built: as so many different ones with the same content
 * @throws Error when one of them is not built, or anything is left behind
 */
export async function buildWithOurs({ sandbox }: Place, wanted: Wanted, times = 1): Promise<void> {
  const plan = await planIn(sandbox, wanted)
  const images = times === 1 ? plan.images : plan.images.flatMap((image) => multiply(image, times))
  const { endpoint, token, sshPort } = sandbox
  const result = await build({ hetzner: createHetznerClient({ endpoint, token }), plan: { ...plan, images }, sshPort })
  const failed = result.images.filter(({ status }) => status !== 'built')
  if (failed.length + result.leftovers.length > 0) {
    throw new Error(`not all was well: ${JSON.stringify([failed.map(toReason), result.leftovers])}`)
  }
}

/** Each has an identity of its own, as images of different schematics have; the disk is the same. */
function multiply(image: PlannedImage, times: number): PlannedImage[] {
  return Array.from({ length: times }, (_, index) => {
    const identity = createHash('sha256').update(`${image.identity} ${index}`).digest('hex').slice(0, 40)
    return { ...image, name: `${image.name} ${index + 1}`, identity }
  })
}

const toReason = (image: Awaited<ReturnType<typeof build>>['images'][number]): unknown =>
  image.status === 'failed' ? image.problem : image.status
