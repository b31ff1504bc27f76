/** `talos-image list` */

import { throwProblems } from '../../errors.ts'
import { isApiFailure } from '../../hetzner/transport/api-failure.ts'
import { LEASE_LABEL } from '../../plan/labels.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { filterSnapshots, type SnapshotFilter, sortSnapshots } from '../../report/snapshot-selection.ts'
import type { Sort } from '../../report/sort-fields.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { foldLines } from '../render/fold.ts'
import { formatSnapshots, formatSnapshotsWide } from '../render/snapshots.ts'
import { badSelector } from '../selection.ts'

export interface ListFlags extends CloudOptions, OutputFlags {
  readonly selector: string
  readonly arch?: SnapshotFilter['architectures']
  readonly role?: SnapshotFilter['roles']
  readonly version?: SnapshotFilter['versions']
  readonly sort?: Sort
  readonly wide?: boolean
}

/** Lists the project's published Talos snapshots that the flags ask for; newest first, unless they say otherwise. */
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
    const published = images
      .filter(({ labels }) => labels[LEASE_LABEL] === undefined)
      .map((image) => toSnapshotRecord(image, cloud.factoryUrl))
    const filter = { architectures: flags.arch, roles: flags.role, versions: flags.version }
    const asked = filterSnapshots(published, filter)
    const snapshots = flags.sort === undefined ? asked : sortSnapshots(asked, flags.sort)
    if (flags.output === 'json') writeJson(io, { snapshots })
    else if (snapshots.length === 0 && published.length > 0)
      io.out(foldLines(toNoMatch(published.length), io.outColumns()))
    else io.out(flags.wide === true ? formatSnapshotsWide(snapshots) : formatSnapshots(snapshots, io.outColumns()))
    return EXIT.success
  } finally {
    await cloud.close()
  }
}

function toNoMatch(others: number): string {
  const there = others === 1 ? 'is 1 other' : `are ${others} others`
  return `No Talos snapshots match; there ${there}. Leave out --arch, --role or --version to see more.\n`
}
