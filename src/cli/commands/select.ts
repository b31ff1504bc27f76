/** `talos-image select SELECTOR --arch ARCH` */

import type { Architecture } from '../../domain.ts'
import { TalosImageError, throwProblems } from '../../errors.ts'
import { isApiFailure } from '../../hetzner/transport/api-failure.ts'
import { selectNewest } from '../../report/select.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { formatSelection } from '../render/selection.ts'
import { showWarning } from '../show-problem.ts'
import { badSelector } from './list.ts'

export interface SelectFlags extends CloudOptions, OutputFlags {
  readonly arch: Architecture
}

/** Shows which snapshot Terraform would take, and warns when the selector is not clear. */
export async function runSelect(io: Io, selector: string, flags: SelectFlags): Promise<number> {
  throwProblems(findCloudProblems(io, flags))
  const cloud = await openCloud(io, flags)
  try {
    const images = await cloud.hetzner.images
      .listSnapshots({ labelSelector: selector }, { signal: io.signal })
      .catch((error: unknown) => {
        if (isApiFailure(error, 'invalid_input')) throw badSelector(selector, 'SELECTOR')
        throw error
      })
    const { selected, others, warnings } = selectNewest(selector, images, flags.arch)
    if (selected === undefined) throw nothingMatches(selector, flags.arch)
    const [record, ...rest] = [selected, ...others].map((image) => toSnapshotRecord(image, cloud.factory.publicUrl))
    if (flags.output === 'json') writeJson(io, { selected: record, others: rest, warnings })
    else io.out(formatSelection(selector, [selected, ...others], io.outColumns()))
    for (const warning of warnings) showWarning(io, warning)
    return EXIT.success
  } finally {
    await cloud.close()
  }
}

function nothingMatches(selector: string, architecture: Architecture): TalosImageError {
  return new TalosImageError({
    code: 'not-found',
    message: `no ${architecture} snapshot matches "${selector}"`,
    hint: '`talos-image list` shows what there is, `talos-image build` makes what is missing',
  })
}
