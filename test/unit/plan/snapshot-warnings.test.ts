import { expect, test } from 'vitest'
import type { Image } from '../../../src/hetzner/wire.ts'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import { createPlan } from '../../../src/plan/create-plan.ts'
import { IDENTITY_LABEL, LEASE_LABEL } from '../../../src/plan/labels.ts'
import type { PlanRequest } from '../../../src/plan/request.ts'
import { findSnapshotWarnings } from '../../../src/plan/snapshot-warnings.ts'
import { facts, planRequest, snapshot, sourced, urlSource } from './fixture.ts'

function make(snapshots: readonly Image[] = [], request: Partial<PlanRequest> = {}) {
  const whole = planRequest({ architectures: ['x86'], ...request })
  const sources = [urlSource('https://example.com/x86')]
  const { images } = createPlan(whole, chooseImages(whole).images, [], facts({ sources, snapshots }))
  return { images, warnings: findSnapshotWarnings(whole, images, snapshots) }
}

const [planned] = make().images

/** The snapshot that is planned, with other labels. */
const published = (id: number, change: Readonly<Record<string, string>> = {}): Image =>
  snapshot({ id, labels: { ...planned?.labels, [IDENTITY_LABEL]: planned?.identity ?? '', ...change } })

const warned = (...args: Parameters<typeof make>) =>
  make(...args).warnings.map(({ message, hint }) => `${message}; ${hint}`)

const SELECTOR = 'os=talos,!role,version=v1.12.2'

test('a selector that finds another kind, which is newer', () => {
  expect(warned([published(2, { team: 'a' }), published(1)])).toEqual([
    `x86: its selector "${SELECTOR}" also finds others (generic (team=a)), and Terraform takes the snapshot 2, which is newer than 1; use "${SELECTOR},!team", or the ID`,
  ])
})

test('a selector that finds another kind, which may become newer', () => {
  const message = `x86: its selector "${SELECTOR}" also finds others (generic (team=a)), and Terraform takes whichever was built last; use "${SELECTOR},!team", or the ID`
  expect(warned([published(2), published(1, { team: 'a' })])).toEqual([message])
  expect(warned([published(1, { team: 'a' })])).toEqual([message])
})

test('a newer snapshot of the same kind with other contents', () => {
  const snapshots = [published(2, { [IDENTITY_LABEL]: 'f'.repeat(40) }), published(1)]
  expect(warned(snapshots)).toEqual([
    `x86: the snapshot 1 is the same, but for "${SELECTOR}" Terraform takes the newer 2; use the ID, delete 2, or build it anew with --force`,
  ])
  expect(warned(snapshots, { force: true })).toEqual([])
})

test.each([
  ['none', []],
  ['the same', [published(2), published(1)]],
  ['the API has another order', [published(1, { [IDENTITY_LABEL]: 'f'.repeat(40) }), published(2)]],
  ['older contents', [published(2), published(1, { [IDENTITY_LABEL]: 'f'.repeat(40) })]],
  ['another version', [published(2, { version: 'v1.12.3', team: 'a' }), published(1)]],
  ['a role', [published(2, { role: 'worker' }), published(1)]],
  ['one that is not published', [published(2, { team: 'a', [LEASE_LABEL]: '1' }), published(1)]],
  ['one of the other architecture', [{ ...published(2, { team: 'a' }), architecture: 'arm' as const }, published(1)]],
])('nothing to warn of: %s', (_, snapshots) => {
  expect(warned(snapshots)).toEqual([])
})

test('what is asked for with labels finds only that', () => {
  const labels = new Map([['team', sourced('a')]])
  expect(warned([published(2), published(1, { team: 'a' })], { labels })).toEqual([])
})

test('a description that is asked for and not applied', () => {
  const description = sourced('foo')
  expect(warned([published(1)], { description })).toEqual([
    'x86: the snapshot 1 is the same, and keeps its description "Talos Linux v1.12.2 x86 by hcloud-talos"; change it with `hcloud image update 1 --description TEXT`, or build it anew with --force',
  ])
  expect(warned([{ ...published(1), description: 'foo' }], { description })).toEqual([])
  expect(warned([published(1)], { description, force: true })).toEqual([])
  expect(warned([{ ...published(1), description: 'other' }])).toEqual([])
})
