import { expect, it } from 'vitest'
import { type AdaptOptions, adaptPlan } from '../../../src/packer/adapt-plan.ts'
import type { Template } from '../../../src/packer/template.ts'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import { createPlan } from '../../../src/plan/create-plan.ts'
import type { PlanRequest } from '../../../src/plan/request.ts'
import { facts, planRequest, snapshot, sourced, urlSource, variables } from '../plan/fixture.ts'

const TEMPLATE: Template = {
  variables: new Set(['talos_version', 'server_type_x86', 'image_url_x86']),
  targets: [{ name: 'hcloud.talos-x86', architecture: 'x86' }],
  isNarrowed: false,
  requiresPlugins: false,
  knowsDefaultImage: true,
  unpacks: new Set(['xz']),
}

function adapt(
  change: Partial<AdaptOptions> & {
    readonly ask?: Partial<PlanRequest>
    readonly compression?: 'xz' | 'zst' | 'none'
  } = {},
) {
  const request = planRequest({ architectures: ['x86'], force: true, ...change.ask })
  const { images } = chooseImages(request)
  const sources = images.map(() => urlSource('https://a.example/x.raw.xz', { compression: change.compression ?? 'xz' }))
  const plan = createPlan(request, images, [], facts({ sources }))
  const around = {
    template: TEMPLATE,
    request,
    isPublicFactory: true,
    earlier: [],
    users: new Map(),
    evenInUse: false,
    ...change,
  }
  return { plan, adapted: adaptPlan(plan, around) }
}

it('builds whatever exists, and replaces only what Packer made from the same', () => {
  const { plan } = adapt()
  const identity = plan.images[0]?.identity ?? ''
  const mine = snapshot({ id: 1, labels: { 'talos-image/unread': identity } })
  const other = snapshot({ id: 2, labels: { 'talos-image/unread': 'another' } })
  const verified = snapshot({ id: 3, labels: { 'talos-image/identity': identity } })
  const { adapted } = adapt({ earlier: [mine, other, verified] })
  expect(adapted.images[0]).toMatchObject({ existing: undefined, replaces: [{ id: 1 }] })
})

it('replaces nothing that a server was made from, unless told to', () => {
  const labels = { 'talos-image/unread': adapt().plan.images[0]?.identity ?? '' }
  const users = new Map([[1, [{ id: 7, name: 'web' }]]])
  const around = { earlier: [snapshot({ id: 1, labels })], users }
  expect(() => adapt(around)).toThrow('x86: the snapshot 1, which --force would replace, is in use: the server web')
  expect(adapt({ ...around, evenInUse: true }).adapted.images[0]).toMatchObject({
    replaces: [{ id: 1 }],
    evenInUse: true,
  })
})

it('says nothing of a default image that it does not know, but a warning', () => {
  const { adapted } = adapt({ template: { ...TEMPLATE, knowsDefaultImage: false } })
  expect(adapted.images[0]).toMatchObject({ source: { kind: 'template' }, identity: undefined, schematicId: undefined })
  expect(adapted.warnings).toMatchObject([
    { code: 'packer', message: expect.stringContaining('another default image') },
  ])
})

it('knows the image that a variable names, whatever the default is', () => {
  const url = sourced('https://a.example/x.raw.xz')
  const ask = { variables: variables({ imageUrls: { arm: sourced(null), x86: url } }) }
  const { adapted } = adapt({ ask, template: { ...TEMPLATE, knowsDefaultImage: false } })
  expect(adapted.images[0]?.source.kind).toBe('url')
  expect(adapted.warnings).toEqual([])
})

it.each(['zst', 'none'] as const)('refuses %s where only xz is unpacked', (compression) => {
  expect(() => adapt({ compression })).toThrow(/the template unpacks xz/)
})

it('leaves it to a template whose tools it does not know', () => {
  const { adapted } = adapt({ compression: 'zst', template: { ...TEMPLATE, unpacks: new Set() } })
  expect(adapted.images).toHaveLength(1)
})

it('refuses what the template has no variable for', () => {
  const template = { ...TEMPLATE, variables: new Set<string>() }
  expect(() => adapt({ template, isPublicFactory: false })).toThrow(/declares no variable "image_url_x86"/)
  const ask = { variables: variables({ talosVersion: sourced('latest') }) }
  expect(() => adapt({ template, ask })).toThrow(/declares no variable "talos_version"/)
})

it('says that the template chooses the server type where it declares no variable for that', () => {
  const template = { ...TEMPLATE, variables: new Set(['talos_version']) }
  expect(adapt({ template }).adapted.images[0]?.notes.join()).toContain('chooses the server type by itself')
})
