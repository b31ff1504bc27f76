/** `talos-image select SELECTOR --arch ARCH` */

import type { Architecture } from '../../domain.ts'
import { TalosImageError, throwProblems } from '../../errors.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { STAYS } from '../no-such-snapshot.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { formatSelection } from '../render/selection.ts'
import { selectSnapshot } from '../selection.ts'
import { showWarning } from '../show-problem.ts'

export interface SelectFlags extends CloudOptions, OutputFlags {
  readonly arch: Architecture
}

/** Shows which snapshot Terraform would take, and warns when the selector is not clear. */
export async function runSelect(io: Io, selector: string, flags: SelectFlags): Promise<number> {
  throwProblems(findCloudProblems(io, flags))
  const cloud = await openCloud(io, flags)
  try {
    const { selected, others, warnings } = await selectSnapshot(cloud, {
      selector,
      architecture: flags.arch,
      at: 'SELECTOR',
      signal: io.signal,
    })
    if (selected === undefined) throw nothingMatches(selector, flags.arch)
    const [record, ...rest] = [selected, ...others].map((image) => toSnapshotRecord(image, cloud.factoryUrl))
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
    hint: `\`talos-image list\` shows what there is, \`talos-image build\` makes what is missing; ${STAYS}`,
  })
}
