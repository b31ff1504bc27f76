/** `talosimage_snapshot` as a data source: which snapshot a selector picks, and why. */

import { ARCHITECTURE_WORDS, hintArchitecture, isRoleName, ROLE_RULE, toArchitecture } from '../../domain.ts'
import { selectSnapshot } from '../../library/select-snapshot.ts'
import { joinSelector } from '../../plan/selector.ts'
import { findFormProblem } from '../../plan/server-label.ts'
import { toSnapshotRecord } from '../../report/snapshot.ts'
import { type DataSourceDefinition, type Diagnostic, DiagnosticsError } from '../definition.ts'
import { at, placed, toDiagnostic, toWarnings, wrong } from '../place.ts'
import { BOOT_TESTED } from '../resources/snapshot/attributes.ts'
import { labelsOf } from '../resources/snapshot/request.ts'
import { visible } from '../resources/snapshot/state.ts'
import { defineAttributes, type Open } from '../schema.ts'
import type { Session } from '../session.ts'
import { findVersionProblems } from './checks.ts'

const attributes = defineAttributes({
  architecture: { type: 'string', set: 'required', description: `Of the servers: ${ARCHITECTURE_WORDS}.` },
  role: {
    type: 'string',
    set: 'optional-computed',
    description: 'Of which role; generic images by default. Of the snapshot, when there is a selector.',
  },
  talos_version: {
    type: 'string',
    set: 'optional',
    description: 'Of a whole version, such as `v1.13.9`; of any by default.',
  },
  labels: { type: { map: 'string' }, set: 'optional', description: 'With these labels.' },
  selector: {
    type: 'string',
    set: 'optional-computed',
    description: 'A label selector, in the place of a role; the whole one that was asked with, when there is none.',
  },
  id: { type: 'string', set: 'computed', description: 'The ID of the snapshot: the newest of those that match.' },
  why: { type: 'string', set: 'computed', description: 'Why it is that one, in words.' },
  others: { type: { list: 'string' }, set: 'computed', description: 'The IDs of the others that match, newest first.' },
  description: { type: 'string', set: 'computed', description: 'The description of the snapshot.' },
  version: { type: 'string', set: 'computed', description: 'Its Talos version; null when it does not tell.' },
  schematic_id: {
    type: 'string',
    set: 'computed',
    description: 'The ID of its schematic; null when it does not tell.',
  },
  installer: {
    type: 'string',
    set: 'computed',
    description: 'The installer that belongs to it; null when its schematic is not known.',
  },
  boot_tested: { type: 'string', set: 'computed', description: BOOT_TESTED },
  created: { type: 'string', set: 'computed', description: 'When it was made (RFC 3339).' },
  size_gb: { type: 'number', set: 'computed', description: 'What is billed, in GB.' },
  disk_gb: { type: 'number', set: 'computed', description: 'The disk that servers need at least, in GB.' },
  protected: { type: 'bool', set: 'computed', description: 'Whether it is protected against deletion.' },
  all_labels: {
    type: { map: 'string' },
    set: 'computed',
    description: 'All of its labels, without those that begin with `talos-image/`.',
  },
})

export const snapshot: DataSourceDefinition<typeof attributes, Session> = {
  name: 'snapshot',
  description:
    'The snapshot that a selector picks, as `hcloud_image` with `most_recent` does, and why. A selector that picks one of several kinds is warned of.',
  attributes,
  validate: async (config) => check(config),
  read: (config, { provider, signal }) =>
    placed(async () => {
      const architecture = toArchitecture(config.architecture)
      if (architecture === undefined) throw new DiagnosticsError(check(config))
      const [hetzner, { factoryUrl }] = await Promise.all([provider.hetzner(), provider.cloud()])
      const selector = joinSelector({
        selector: config.selector ?? undefined,
        role: config.role ?? undefined,
        version: config.talos_version ?? undefined,
        labels: config.labels ?? {},
      })
      const asked = { selector, architecture, at: at('selector'), signal }
      const { selected, others, warnings } = await selectSnapshot({ hetzner }, asked)
      if (selected === undefined) throw nothing(selector, architecture)
      const record = toSnapshotRecord(selected, factoryUrl)
      return {
        state: {
          ...config,
          role: config.role ?? record.role,
          selector: config.selector ?? selector,
          id: String(record.id),
          why: explain(selector, architecture, others.length),
          others: others.map(({ id }) => String(id)),
          description: record.description,
          version: record.version,
          schematic_id: record.schematic,
          installer: record.installer,
          boot_tested: record.bootTested,
          created: record.created,
          size_gb: record.sizeGb,
          disk_gb: record.diskGb,
          protected: record.protected,
          all_labels: visible(record.labels),
        },
        diagnostics: toWarnings(warnings),
      }
    }),
}

type Asked = Pick<Open<typeof attributes>, 'architecture' | 'role' | 'selector' | 'talos_version' | 'labels'>

function check({ architecture, role, selector, talos_version, labels }: Asked): readonly Diagnostic[] {
  const problems = [...findVersionProblems(talos_version, true)]
  if (typeof architecture === 'string' && toArchitecture(architecture) === undefined) {
    problems.push(
      wrong(['architecture'], `"${architecture}" is not an architecture`, `${hintArchitecture(architecture)}.`),
    )
  }
  if (typeof role === 'string' && typeof selector === 'string') {
    problems.push(
      wrong(['role'], 'there are a role and a selector', 'A role has its own selector: leave one of the two out.'),
    )
  }
  if (typeof role === 'string' && !isRoleName(role)) {
    problems.push(wrong(['role'], `"${role}" cannot be the name of a role`, `Use ${ROLE_RULE}.`))
  }
  for (const [key, value] of labelsOf(labels)) {
    const problem = findFormProblem(key, value, at('labels', key))
    if (problem !== undefined) problems.push(toDiagnostic(problem))
  }
  return problems
}

const nothing = (selector: string, architecture: string): DiagnosticsError =>
  new DiagnosticsError([
    wrong(
      ['selector'],
      `no ${architecture} snapshot matches "${selector}"`,
      'See what there is with `talos-image list`; build what is missing with the resource talosimage_snapshot.',
    ),
  ])

/** @param others how many others match */
export function explain(selector: string, architecture: string, others: number): string {
  const which = others === 0 ? 'the only one' : `the newest of ${others + 1}`
  return `${which} for ${architecture} that matches "${selector}"`
}
