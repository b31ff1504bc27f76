/** `talos-image select SELECTOR --arch ARCH` */

import { ARCHITECTURES, type Architecture } from '../../domain.ts'
import { TalosImageError } from '../../errors.ts'
import { STAYS } from '../../library/delete-snapshots.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { defineCommand } from '../define-command.ts'
import { openProject } from '../open-project.ts'
import { formatSelection } from '../render/selection.ts'
import { selectSnapshot } from '../selection.ts'
import { projectFlags } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Show which snapshot Terraform takes for a selector (hcloud_image with most_recent), and why.',
  notes: 'Looks into one project: snapshots cannot move between projects.',
  examples: [
    "talos-image select 'os=talos,!role' --arch x86",
    'talos-image select os=talos,role=worker --arch arm --output json',
  ],
  parameters: {
    '<selector>': 'a Hetzner label selector, such as os=talos',
    ...projectFlags,
    '--arch <arch>': { text: 'of which architecture', choices: ARCHITECTURES, required: true },
  },
  run: async (io, { selector, arch: architecture, ...flags }) => {
    await using cloud = await openProject(io, flags)
    const asked = { selector, architecture, at: 'SELECTOR', signal: io.signal }
    const { selected, others, warnings } = await selectSnapshot(cloud, asked)
    if (selected === undefined) throw nothingMatches(selector, architecture)
    const [record, ...rest] = [selected, ...others].map((image) => toSnapshotRecord(image, cloud.factoryUrl))
    return {
      document: { selected: record, others: rest, warnings },
      text: (width) => formatSelection(selector, [selected, ...others], width),
      warnings,
    }
  },
})

function nothingMatches(selector: string, architecture: Architecture): TalosImageError {
  return new TalosImageError({
    code: 'not-found',
    message: `no ${architecture} snapshot matches "${selector}"`,
    hint: `see what there is: \`talos-image list\`; build what is missing: \`talos-image build\`; ${STAYS}`,
  })
}
