/** Plans and results for reports. */

import type { Image } from '../../../src/hetzner/wire.ts'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import { createPlan } from '../../../src/plan/create-plan.ts'
import type { Plan, PlannedImage } from '../../../src/plan/plan.ts'
import type { PlanRequest } from '../../../src/plan/request.ts'
import type { BuildResult, ImageResult } from '../../../src/run/result.ts'
import { facts, planRequest, snapshot, urlSource } from '../plan/fixture.ts'

export const SCHEMATIC_ID = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
export const FACTORY = 'https://factory.talos.dev'

const ROLES = ['control-plane', 'worker'] as const

/** Both roles, each ARM and x86, from the Factory. */
export function rolesPlan(change: Partial<PlanRequest> = {}): Plan {
  const request = planRequest({ roles: ROLES, ...change })
  const { images } = chooseImages(request)
  const sources = images.map(({ architecture, role }) => ({
    ...urlSource(`${FACTORY}/${role}/${architecture}.raw.zst`),
    schematicId: SCHEMATIC_ID,
    installer: `factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2`,
  }))
  return createPlan(request, images, [], facts({ sources }))
}

export function imageAt(plan: Plan, index: number): PlannedImage {
  const image = plan.images[index]
  if (image === undefined) throw new RangeError(`no image ${index}`)
  return image
}

/** The snapshot that an image becomes. */
export function snapshotOf(image: PlannedImage, id: number, change: Partial<Image> = {}): Image {
  const { architecture, description, labels } = image
  return snapshot({ id, architecture, description, labels, ...change })
}

export function built(image: PlannedImage, id: number): ImageResult {
  return {
    image,
    status: 'built',
    ms: 92_345,
    snapshot: snapshotOf(image, id),
    written: { sourceSha256: 'a'.repeat(64), dataHash: 'b'.repeat(128), diskBytes: 1_306_525_696 },
    unproven: undefined,
    placement: { serverType: 'cx23', location: 'fsn1', diskGb: 40, pricePerHour: 0.005 },
  }
}

export function failed(image: PlannedImage): ImageResult {
  return { image, status: 'failed', ms: 1500, problem: { code: 'stock', message: 'nothing in stock', hint: 'wait' } }
}

export function existing(image: PlannedImage, id: number): ImageResult {
  return { image, status: 'existing', snapshot: snapshotOf(image, id) }
}

export function result(...images: ImageResult[]): BuildResult {
  return { run: 'abcd2345', images, leftovers: [] }
}
