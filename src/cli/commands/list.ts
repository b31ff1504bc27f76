/** `talos-image list` */

import { TalosImageError, throwProblems } from '../../errors.ts'
import { isApiFailure } from '../../hetzner/transport/api-failure.ts'
import { LEASE_LABEL } from '../../plan/labels.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { formatSnapshots } from '../render/snapshots.ts'

export interface ListFlags extends CloudOptions, OutputFlags {
  readonly selector: string
}

/** Lists the project's published Talos snapshots, newest first. */
export async function runList(io: Io, flags: ListFlags): Promise<number> {
  throwProblems(findCloudProblems(io, flags))
  const cloud = await openCloud(io, flags)
  try {
    const images = await cloud.hetzner.images
      .listSnapshots({ labelSelector: flags.selector }, { signal: io.signal })
      .catch((error: unknown) => {
        if (isApiFailure(error, 'invalid_input')) throw badSelector(flags.selector, '--selector')
        throw error
      })
    const published = images.filter(({ labels }) => labels[LEASE_LABEL] === undefined)
    const snapshots = published.map((image) => toSnapshotRecord(image, cloud.factory.publicUrl))
    if (flags.output === 'json') writeJson(io, { snapshots })
    else io.out(formatSnapshots(snapshots))
    return EXIT.success
  } finally {
    await cloud.close()
  }
}

/** @param name of the flag or argument that it was given with */
export function badSelector(selector: string, name: string): TalosImageError {
  return new TalosImageError({
    code: 'usage',
    message: `"${selector}" is not a label selector`,
    at: { kind: 'flag', name },
    hint: 'write it like "os=talos,role=worker" or "os=talos,!role"',
  })
}
