import { expect, test } from 'vitest'
import { formatSnapshots, formatSnapshotsWide } from '../../../../src/cli/render/snapshots.ts'
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

test('a wide table has more columns, and no labels of our own', () => {
  const labels = { os: 'talos', arch: 'x86', 'talos-image/run': 'abcdefgh' }
  const record = toSnapshotRecord(snapshot({ labels, protection: { delete: true } }), 'https://f.example')
  const [heading, line] = formatSnapshotsWide([record]).split('\n')
  expect(heading).toMatch(/^ID .* DESCRIPTION +NEEDS DISK +PROTECTED +SCHEMATIC +LABELS$/)
  expect(line).toMatch(/^4711 .* 40 GB +yes +- +os=talos,arch=x86$/)
  expect(formatSnapshotsWide([])).toContain('talos-image build')
})
