/** `talos-image select SELECTOR --arch ARCH` */

import { ARCHITECTURES, type Architecture } from '../../domain.ts'
import { TalosImageError } from '../../errors.ts'
import { STAYS } from '../../library/delete-snapshots.ts'
import { selectSnapshot } from '../../library/select-snapshot.ts'
import { joinSelector } from '../../plan/selector.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { defineCommand } from '../define-command.ts'
import { openProject } from '../open-project.ts'
import { formatSelection } from '../render/selection.ts'
import { projectFlags } from '../shared-flags.ts'
import { filterFlags, parseRoleFilter, parseWholeVersion } from '../snapshot-flags.ts'

export const command = defineCommand({
  description: 'Show which snapshot Terraform takes for a selector (hcloud_image with most_recent), and why.',
  notes: 'Looks into one project: snapshots cannot move between projects.',
  examples: [
    "talos-image select 'os=talos,!role' --arch x86",
    'talos-image select --role worker --arch arm --output json',
  ],
  parameters: {
    '[selector]': 'a Hetzner label selector, such as os=talos; or by flags',
    ...projectFlags,
    '--arch <arch>': { text: 'of which architecture', choices: ARCHITECTURES, required: true },
    '--role <role>': {
      text: 'in the place of a selector: a role; default: none, generic images',
      parse: parseRoleFilter,
    },
    '--version <version>': { text: 'with this Talos version, such as v1.13.9', parse: parseWholeVersion },
    '--label <key[=value]>': filterFlags['--label <key[=value]>'],
  },
  run: async (io, { selector: given, arch: architecture, role, version, label = [], ...flags }) => {
    const twice = given !== undefined && role !== undefined
    await using cloud = await openProject(io, flags, twice ? [ROLE_AND_SELECTOR] : [])
    const parts = { selector: given, role: role ?? undefined, version, labels: Object.fromEntries(label) }
    const selector = joinSelector(parts)
    const asked = { selector, architecture, at: { kind: 'flag', name: 'SELECTOR' } as const, signal: io.signal }
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

const ROLE_AND_SELECTOR = {
  code: 'usage',
  message: 'there are a role and a selector',
  hint: 'a role has its own selector: leave one of the two out',
} as const

function nothingMatches(selector: string, architecture: Architecture): TalosImageError {
  return new TalosImageError({
    code: 'not-found',
    message: `no ${architecture} snapshot matches "${selector}"`,
    hint: `see what there is: \`talos-image list\`; build what is missing: \`talos-image build\`; ${STAYS}`,
  })
}
