import { describe, expect, test } from 'vitest'
import { ownLabels } from '../../../src/plan/labels.ts'
import { toPlanDocument } from '../../../src/report/plan-document.ts'
import { toResultDocument } from '../../../src/report/result.ts'
import { toSnapshotRecord } from '../../../src/report/snapshot.ts'
import { snapshot } from '../plan/fixture.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan, SCHEMATIC_ID, snapshotOf } from './fixture.ts'

/** What is left of a document when it is written: nothing undefined may get lost on the way. */
const written = (document: unknown): unknown => JSON.parse(JSON.stringify(document))

describe('a snapshot as it is written', () => {
  test('names its installer when its labels hold the schematic', () => {
    const own = ownLabels({
      runId: 'abcd2345',
      talosVersion: 'v1.12.2',
      identity: 'e'.repeat(40),
      schematicId: SCHEMATIC_ID,
      sourceSha256: 'a'.repeat(64),
      dataHash: 'b'.repeat(128),
    })
    const labels = { ...own, os: 'talos', version: 'v1.12.2', role: 'worker' }
    expect(toSnapshotRecord(snapshot({ labels }), FACTORY)).toEqual({
      id: 4711,
      description: 'Talos Linux v1.12.2 x86 by hcloud-talos',
      labels,
      architecture: 'x86',
      role: 'worker',
      version: 'v1.12.2',
      created: '2026-07-01T10:00:00+00:00',
      sizeGb: 0.2,
      diskGb: 40,
      protected: false,
      schematic: SCHEMATIC_ID,
      installer: `factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2`,
      bootTested: null,
    })
  })

  test('has null for what is not known, as for those that Packer made', () => {
    const record = toSnapshotRecord(
      snapshot({ description: 'Talos', image_size: null, protection: { delete: true } }),
      FACTORY,
    )
    expect(record).toMatchObject({
      role: null,
      version: null,
      sizeGb: null,
      schematic: null,
      installer: null,
      protected: true,
    })
    expect(written(record)).toEqual(record)
  })
})

describe('the document of a run', () => {
  const plan = rolesPlan()
  const outcome = result(built(imageAt(plan, 0), 1), existing(imageAt(plan, 1), 2), failed(imageAt(plan, 2)))
  const document = toResultDocument(outcome, 'v1.12.2', FACTORY)

  test('tells what was built', () => {
    expect(document.snapshots[0]).toMatchObject({
      id: 1,
      status: 'built',
      selector: 'os=talos,role=control-plane,version=v1.12.2',
      installer: `factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2`,
      source: { kind: 'url', from: `${FACTORY}/control-plane/arm.raw.zst` },
      sourceSha256: 'a'.repeat(64),
      disk: { dataBlake2b: 'b'.repeat(128), bytes: 1_306_525_696 },
      seconds: 92.3,
    })
  })

  test('tells what there was already, and what failed', () => {
    expect(document.snapshots[1]).toMatchObject({
      id: 2,
      status: 'existing',
      sourceSha256: null,
      disk: null,
      seconds: null,
    })
    expect(document.failed).toEqual([
      { image: 'arm worker', error: { code: 'stock', message: 'nothing in stock', hint: 'wait' } },
    ])
    expect(document).toMatchObject({ run: 'abcd2345', talosVersion: 'v1.12.2', leftovers: [] })
  })

  test('comes through JSON as it is', () => {
    expect(written(document)).toEqual(document)
  })

  test.each([
    [{ kind: 'stdin' } as const, { kind: 'stdin', from: null }],
    [{ kind: 'file', path: '/x', sha256: 'c'.repeat(64) } as const, { kind: 'file', from: '/x' }],
  ])('names the source %j', (source, record) => {
    const image = { ...imageAt(plan, 0), source }
    expect(toResultDocument(result(built(image, 1)), 'v1.12.2', FACTORY).snapshots[0]?.source).toEqual(record)
  })
})

describe('the document of a plan', () => {
  test('has everything, and null for what is not known', () => {
    const plan = rolesPlan()
    const image = { ...imageAt(plan, 0), identity: undefined, installer: undefined, schematicId: undefined }
    const unknown = { ...plan, cost: { ...plan.cost, build: undefined, snapshotsPerMonth: undefined } }
    const document = toPlanDocument({ ...unknown, images: [image] })
    expect(document.cost).toEqual({ currency: 'EUR', build: null, snapshotsPerMonth: null })
    expect(document.images[0]).toMatchObject({
      image: 'arm control-plane',
      architecture: 'arm',
      role: 'control-plane',
      action: 'build',
      existing: null,
      replaces: [],
      identity: null,
      schematic: null,
      installer: null,
      source: { kind: 'url', compression: 'zst', transferBytes: 100_000_000, rawBytes: 1_306_525_696 },
    })
    expect(written(document)).toEqual(document)
  })

  test('says what is skipped, and what is replaced', () => {
    const plan = rolesPlan()
    const image = imageAt(plan, 1)
    const skipped = { ...image, existing: snapshotOf(image, 5) }
    const replacing = { ...image, replaces: [snapshotOf(image, 6), snapshotOf(image, 7)] }
    const { images } = toPlanDocument({ ...plan, images: [skipped, replacing] })
    expect(
      images.map(({ action, existing, replaces }) => [action, existing?.id, replaces.map(({ id }) => id)]),
    ).toEqual([
      ['skip', 5, []],
      ['build', undefined, [6, 7]],
    ])
  })
})
