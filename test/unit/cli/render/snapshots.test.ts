import { expect, test } from 'vitest'
import { formatSnapshots, formatSnapshotsWide } from '../../../../src/cli/render/snapshots.ts'
import { publicLabels, unreadLabels } from '../../../../src/plan/labels.ts'
import { toSnapshotRecord } from '../../../../src/report/snapshot.ts'
import { snapshot } from '../../plan/fixture.ts'

test('snapshots are a table, or a word on how to make some', () => {
  const record = toSnapshotRecord(snapshot({ labels: { version: 'v1.12.2', role: 'worker' } }), 'https://f.example')
  const unfinished = toSnapshotRecord(snapshot({ id: 5, image_size: null, description: '' }), 'https://f.example')
  expect(formatSnapshots([record, unfinished])).toBe(
    `ID    ARCH  ROLE    VERSION  SIZE     CREATED (UTC)     DESCRIPTION
4711  x86   worker  v1.12.2  0.20 GB  2026-07-01 10:00  Talos Linux v1.12.2 x86 by hcloud-talos
5     x86   -       -        -        2026-07-01 10:00
`,
  )
  expect(formatSnapshots([])).toContain('talos-image build')
})

test('a wide table has more columns, and no labels of our own or of other columns', () => {
  const labels = {
    os: 'talos',
    arch: 'x86',
    version: 'v1.12.2',
    team: 'infra',
    'talos-image/run': 'abcdefgh',
    'talos-image/boot-tested': 'v1.12.2',
  }
  const record = toSnapshotRecord(snapshot({ labels, protection: { delete: true } }), 'https://f.example')
  const [heading, line] = formatSnapshotsWide([record]).split('\n')
  expect(heading).toMatch(/^ID .* DESCRIPTION +NEEDS DISK +PROTECTED +BOOTED +SCHEMATIC +LABELS$/)
  expect(line).toMatch(/^4711 .* 40 GB +yes +v1\.12\.2 +- +os=talos, team=infra$/)
  expect(formatSnapshotsWide([])).toContain('talos-image build')
})

test('a wide table fits 200 columns, and any other with IDs that are not broken', () => {
  const schematic = '0123456789abcdef'.repeat(4)
  const labels = {
    ...publicLabels({ architecture: 'x86', talosVersion: 'v1.12.2', role: 'control-plane' }),
    ...unreadLabels({ runId: 'abcd2345', talosVersion: 'v1.12.2', identity: undefined, schematicId: schematic }),
  }
  const records = [400000001, 400000002].map((id) =>
    toSnapshotRecord(snapshot({ id, labels }), 'https://factory.talos.dev'),
  )
  expect(records[0]?.schematic).toBe(schematic)
  for (const width of [40, 80, 120, 200]) {
    const lines = formatSnapshotsWide(records, width).split('\n')
    expect(lines.filter((line) => line.includes(schematic))).toHaveLength(2)
    for (const line of lines) expect(line.length <= width || line.trim() === schematic).toBe(true)
    expect(lines.join('\n').match(/os=talos,\s+creator=hcloud-talos,\s+type=infra/g)).toHaveLength(2)
  }
  // Line for line, but for the labels.
  expect(formatSnapshotsWide(records, 200).split('\n')[1]).toMatch(/^400000001 .* control-plane .* os=talos,/)
})
