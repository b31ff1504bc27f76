/** Addresses on the internet that old directories name: the sandbox has their images. */

import { expect, test } from 'vitest'
import { FACTORY_URL } from '../../../src/factory/asset.ts'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { planProjects } from '../../../src/plan/plan-projects.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { planRequest, sourced, variables } from '../../unit/plan/fixture.ts'

const ID = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

const NAMED = [
  'https://github.com/siderolabs/talos/releases/download/v1.7.5/hcloud-amd64.raw.xz',
  `${FACTORY_URL}/image/${ID}/v1.7.5/metal-amd64.raw.xz`,
]

/** The only image of a plan with this URL, in a sandbox of its own. */
async function planIn(toUrl: (factoryUrl: string) => string) {
  await using sandbox = await testSandbox({ machines: 'none' })
  const factory = createFactoryClient({ url: sandbox.factoryUrl, publicUrl: FACTORY_URL })
  await factory.submitSchematic('customization: {}\n')
  const hetzner = createHetznerClient({ token: sandbox.token, endpoint: sandbox.endpoint })
  const imageUrls = { arm: sourced(null), x86: sourced(toUrl(sandbox.factoryUrl)) }
  const request = planRequest({
    architectures: ['x86'],
    variables: variables({ talosVersion: sourced('v1.7.5'), imageUrls }),
  })
  const { projects } = await planProjects(request, {
    projects: [{ name: undefined, at: undefined, hetzner }],
    factory,
    signal: new AbortController().signal,
  })
  const [image] = projects.flatMap((one) => ('plan' in one ? one.plan.images : []))
  return { image, factoryUrl: sandbox.factoryUrl }
}

test.each(NAMED)('%s', async (url) => {
  const { image, factoryUrl } = await planIn(() => url)
  expect(image?.source).toEqual({
    kind: 'url',
    url: url.replace(/^https:\/\/[^/]+/, factoryUrl),
    publicUrl: url,
  })
  expect(image?.sourceFacts.compression).toBe('xz')
})

test('the port of a sandbox is no part of the identity of an image, whatever names it', async () => {
  const path = `/image/${ID}/v1.7.5/metal-amd64.raw.xz`
  const all = await Promise.all([
    planIn(() => `${FACTORY_URL}${path}`),
    planIn(() => `${FACTORY_URL}${path}`),
    planIn((factoryUrl) => `${factoryUrl}${path}`),
  ])
  expect(new Set(all.map(({ factoryUrl }) => factoryUrl)).size).toBe(3)
  const identities = new Set(all.map(({ image }) => image?.identity))
  expect(identities.size).toBe(1)
  expect([...identities][0]).toMatch(/^[0-9a-f]{40}$/)
})
