import { expect, test } from 'vitest'
import { ownLabels } from '../../../src/plan/labels.ts'
import { toExternalResult } from '../../../src/report/snapshot.ts'
import { snapshot } from '../plan/fixture.ts'
import { FACTORY, SCHEMATIC_ID } from './fixture.ts'

test('the answer is flat text', () => {
  const own = ownLabels({
    runId: 'abcd2345',
    talosVersion: 'v1.12.2',
    identity: undefined,
    schematicId: SCHEMATIC_ID,
    sourceSha256: 'a'.repeat(64),
    dataHash: 'b'.repeat(128),
  })
  const image = snapshot({ labels: { ...own, os: 'talos', version: 'v1.12.2', role: 'worker' } })
  expect(toExternalResult(image, 'os=talos,role=worker', FACTORY)).toEqual({
    image_id: '4711',
    selector: 'os=talos,role=worker',
    architecture: 'x86',
    role: 'worker',
    talos_version: 'v1.12.2',
    schematic: SCHEMATIC_ID,
    installer: `factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2`,
    description: 'Talos Linux v1.12.2 x86 by hcloud-talos',
    created: '2026-07-01T10:00:00+00:00',
    disk_gb: '40',
  })
})

test('what is not known is empty, since the protocol has no null', () => {
  const answer = toExternalResult(snapshot({ labels: {}, description: 'Talos' }), 'os=talos', FACTORY)
  expect(answer).toMatchObject({ role: 'none', talos_version: '', schematic: '', installer: '' })
  expect(Object.values(answer).filter((value) => typeof value !== 'string')).toEqual([])
})
