import { describe, expect, test } from 'vitest'
import type { SnapshotConfig } from '../../../src/provider/resources/snapshot/attributes.ts'
import {
  decide,
  type Found,
  isSameContent,
  isSameServer,
  isUnproven,
} from '../../../src/provider/resources/snapshot/decide.ts'
import { toState } from '../../../src/provider/resources/snapshot/state.ts'
import { UNKNOWN } from '../../../src/provider/schema.ts'
import { CONFIG, HEX, IDENTITY, LABELS, SNAPSHOT } from './fixture.ts'

const FACTORY = 'https://factory.talos.dev'
const found = (change: Partial<NonNullable<Found>> = {}): Found => ({
  talosVersion: 'v1.13.9',
  identity: IDENTITY,
  schematicId: HEX,
  installer: `factory.talos.dev/hcloud-installer/${HEX}:v1.13.9`,
  ...change,
})
const OTHER = found({ identity: 'c'.repeat(40) })

/** How it is after the configuration was applied. */
function applied(config = CONFIG, snapshot = SNAPSHOT) {
  const state = toState(snapshot, FACTORY, {
    ...config,
    ...{ schematic_id: HEX, version: 'v1.13.9', installer: found()?.installer ?? null, adopted: false },
    ...{ identity: IDENTITY, boot_test: false, keep_on_destroy: false, force_destroy: false, source_sha256: HEX },
  })
  if (state === undefined) throw new Error('there is no state')
  return state
}
const PINNED = { ...CONFIG, schematic_id: HEX }
const PRIOR = applied(PINNED)

describe('what is to be made', () => {
  test('is known as far as it follows from what is asked for', () => {
    expect(decide(CONFIG, null, found()).planned).toEqual({
      ...CONFIG,
      schematic_id: HEX,
      version: 'v1.13.9',
      identity: IDENTITY,
      installer: found()?.installer,
      description: SNAPSHOT.description,
      selector: 'os=talos,!role,version=v1.13.9',
      all_labels: LABELS,
      ...{ protect: UNKNOWN, boot_test: false, keep_on_destroy: UNKNOWN, force_destroy: false },
      ...{ id: UNKNOWN, boot_tested: UNKNOWN, size_gb: UNKNOWN, source_sha256: UNKNOWN, adopted: UNKNOWN },
      own_labels: UNKNOWN,
    })
  })

  test.each<[string, Partial<SnapshotConfig>]>([
    ['schematic', { schematic: { customization: { extraKernelArgs: [UNKNOWN] } } }],
    ['schematic_id', { schematic_id: UNKNOWN }],
    ['image_url', { image_url: UNKNOWN }],
    ['sha256', { sha256: UNKNOWN }],
  ])('is not known where %s is not', (_, change) => {
    const { planned } = decide({ ...CONFIG, ...change }, null, found())
    expect(planned).toMatchObject({ ...change, identity: UNKNOWN, installer: UNKNOWN, version: UNKNOWN })
  })

  test('has labels and a description that follow from the role and those of the user', () => {
    const config = { ...CONFIG, role: 'worker', labels: { team: 'a' } }
    expect(decide(config, null, found()).planned).toMatchObject({
      all_labels: { ...LABELS, role: 'worker', team: 'a' },
      selector: 'os=talos,role=worker,team=a,version=v1.13.9',
      description: `${SNAPSHOT.description} (worker)`,
    })
    expect(decide({ ...config, labels: { team: UNKNOWN } }, null, found()).planned).toMatchObject({
      all_labels: UNKNOWN,
      selector: UNKNOWN,
    })
  })
})

describe('what is there', () => {
  test('stays as it is when nothing has changed, with or without a look-up', () => {
    expect(decide(PINNED, PRIOR, undefined)).toEqual({ planned: PRIOR })
    expect(decide(PINNED, PRIOR, found())).toEqual({ planned: PRIOR })
  })

  test.each<[string, Partial<SnapshotConfig>, object]>([
    ['description', { description: 'mine' }, { description: 'mine' }],
    ['labels', { labels: { team: 'a' } }, { labels: { team: 'a' }, all_labels: { ...LABELS, team: 'a' } }],
    ['protection', { protect: true }, { protect: true }],
    ['no protection', { protect: false }, { protect: false }],
    ['keep_on_destroy', { keep_on_destroy: true }, { keep_on_destroy: true }],
    ['a server type for the next build', { server_type: 'cx33' }, { server_type: 'cx33' }],
  ])('changes in place: %s', (_, change, expected) => {
    const { planned, replace } = decide({ ...PINNED, ...change }, PRIOR, undefined)
    expect(replace).toBeUndefined()
    expect(planned).toMatchObject({ id: '7', identity: IDENTITY, ...expected })
  })

  test('is replaced when its content is another', () => {
    const { planned, replace } = decide({ ...PINNED, talos_version: 'v1.13.8' }, PRIOR, OTHER)
    expect(planned.id).toBe(UNKNOWN)
    expect(replace).toEqual([['talos_version'], ['identity']])
  })

  test('is replaced when a newer version is out, although nothing was written', () => {
    const floating = { ...PINNED, talos_version: 'v1.13' }
    const prior = applied(floating)
    expect(isSameContent(floating, prior)).toBe(false)
    expect(decide(floating, prior, found())).toEqual({ planned: prior })
    expect(decide(floating, prior, OTHER).replace).toEqual([['identity']])
    // Without a provider that can be asked, it is what it was.
    expect(decide(floating, prior, undefined)).toEqual({ planned: prior })
  })

  test('is replaced when what it is made of is not known yet', () => {
    const { planned, replace } = decide({ ...PINNED, schematic_id: UNKNOWN }, PRIOR, undefined)
    expect([planned.id, planned.schematic_id]).toEqual([UNKNOWN, UNKNOWN])
    expect(replace).toEqual([['schematic_id'], ['identity']])
  })

  test('is replaced when it was imported and not read back: what its labels say is not proven', () => {
    const { 'talos-image/identity': _, ...labels } = SNAPSHOT.labels
    const unread = toState({ ...SNAPSHOT, labels: { ...labels, 'talos-image/unread': IDENTITY } }, FACTORY)
    if (unread === undefined) throw new Error('there is no state')
    expect(unread).toMatchObject({ talos_version: 'v1.13.9', schematic_id: HEX, identity: null })
    expect(isSameContent(PINNED, unread)).toBe(false)
    for (const image of [undefined, found()]) {
      const { planned, replace } = decide(PINNED, unread, image)
      expect([planned.id, replace]).toEqual([UNKNOWN, [['identity']]])
    }
  })

  test('keeps its schematic when the same one is written in other words', () => {
    const prior = { ...PRIOR, schematic: 'customization: {}\n' }
    const { planned, replace } = decide({ ...CONFIG, schematic: { customization: {} } }, prior, found())
    expect(replace).toBeUndefined()
    expect(planned.schematic).toBe('customization: {}\n')
  })
})

describe('a look-up is needed', () => {
  test.each<[string, Partial<SnapshotConfig>]>([
    ['for another version', { talos_version: 'v1.13.8' }],
    ['for another role', { role: 'worker' }],
    ['for a schematic', { schematic: 'customization: {}' }],
    ['for a URL', { schematic_id: null, image_url: 'https://example.com/a.raw.xz' }],
    ['for the default schematic in the place of another', { schematic_id: null }],
    ['for another hash', { sha256: HEX }],
  ])('%s', (_, change) => expect(isSameContent({ ...PINNED, ...change }, PRIOR)).toBe(false))

  test('not for labels, and not for a server type that is left out', () => {
    expect(isSameContent({ ...PINNED, labels: { a: 'b' } }, PRIOR)).toBe(true)
    expect(isSameServer({ ...PINNED, server_type: 'cx33' }, PRIOR)).toBe(false)
    expect(isSameServer(PINNED, { ...PRIOR, server_type: 'cx33' })).toBe(true)
  })
})

describe('what was changed by hand is drift', () => {
  const now = (change: Partial<typeof SNAPSHOT>) => toState({ ...SNAPSHOT, ...change }, FACTORY, PRIOR)

  test('the description, the protection and labels, which are restored', () => {
    const drifted = now({
      description: 'by hand',
      protection: { delete: true },
      labels: { ...SNAPSHOT.labels, version: 'v1.13.8', team: 'b' },
    })
    expect(drifted).toMatchObject({ description: 'by hand', protect: true, labels: { team: 'b' } })
    expect(drifted?.version).toBe('v1.13.9')
    expect(drifted?.all_labels).toEqual({ ...LABELS, version: 'v1.13.8', team: 'b' })
    if (drifted === undefined) return
    expect(decide(PINNED, drifted, undefined).planned).toMatchObject({
      description: SNAPSHOT.description,
      protect: true,
      labels: null,
      all_labels: LABELS,
    })
  })

  test('labels of ours that tell what is in it', () => {
    const drifted = now({ labels: { 'talos-image/identity': 'mine' } })
    expect(drifted).toMatchObject({ identity: IDENTITY, own_labels: { 'talos-image/identity': 'mine' } })
    if (drifted === undefined) return
    expect(decide(PINNED, drifted, undefined).planned.own_labels).toEqual({
      ...PRIOR.own_labels,
      'talos-image/identity': IDENTITY,
    })
  })

  test('a protection is taken off by an explicit false alone, and what was adopted is kept', () => {
    const prior = { ...PRIOR, protect: true, adopted: true }
    expect(decide(PINNED, prior, undefined).planned).toMatchObject({ protect: true, keep_on_destroy: true })
    const said = { ...PINNED, protect: false, keep_on_destroy: false }
    expect(decide(said, prior, undefined).planned).toMatchObject({ protect: false, keep_on_destroy: false })
  })

  test('not labels of ours, nor those that the user wrote', () => {
    expect(now({})).toEqual(PRIOR)
    const labels = { creator: 'hcloud-talos', type: 'mine' }
    const prior = applied({ ...PINNED, labels }, { ...SNAPSHOT, labels: { ...SNAPSHOT.labels, ...labels } })
    expect(prior.labels).toEqual(labels)
    expect(applied({ ...PINNED, labels: {} }).labels).toEqual({})
  })
})

describe('a boot test', () => {
  const labels = { ...SNAPSHOT.labels, 'talos-image/boot-tested': 'v1.13.9' }
  const proven = applied(PINNED, { ...SNAPSHOT, labels })
  const asked = { ...PINNED, boot_test: true }

  test.each<[string, SnapshotConfig['boot_test'], typeof PRIOR, SnapshotConfig['boot_tested']]>([
    ['is to be where it is asked for', true, PRIOR, UNKNOWN],
    ['may have to be where it is not known whether it is asked for', UNKNOWN, PRIOR, UNKNOWN],
    ['is not repeated', true, proven, 'v1.13.9'],
    ['is not asked for by itself', null, PRIOR, null],
    ['has been, whatever is asked for now', false, proven, 'v1.13.9'],
  ])('%s', (_, boot_test, prior, boot_tested) => {
    const { planned, replace } = decide({ ...PINNED, boot_test }, prior, undefined)
    expect([replace, planned.boot_test, planned.boot_tested]).toEqual([undefined, boot_test ?? false, boot_tested])
    expect(isUnproven({ boot_test }, prior)).toBe(boot_tested === UNKNOWN)
  })

  test('has to be again when its label is gone', () => {
    expect(decide(asked, applied(asked), found()).planned.boot_tested).toBe(UNKNOWN)
    expect(decide(asked, { ...proven, boot_test: true }, found())).toEqual({ planned: { ...proven, boot_test: true } })
  })
})

describe('an import', () => {
  test('is all that the snapshot tells', () => {
    expect(toState(SNAPSHOT, FACTORY)).toMatchObject({
      ...{ ...PINNED, ...PRIOR, source_sha256: null, adopted: true, keep_on_destroy: true },
    })
  })
  test('has labels with names that objects have by themselves', () => {
    const labels = { constructor: 'x', prototype: 'y' }
    expect(toState({ ...SNAPSHOT, labels: { ...SNAPSHOT.labels, ...labels } }, FACTORY)?.labels).toEqual(labels)
  })
  test('needs a version of Talos', () => {
    expect(toState({ ...SNAPSHOT, labels: {}, description: 'mine' }, FACTORY)).toBeUndefined()
  })
})
