/** Addresses on the internet that old directories name: the sandbox has their images. */

import { expect, test } from 'vitest'
import { FACTORY_URL } from '../../../src/factory/asset.ts'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { planProjects } from '../../../src/plan/plan-projects.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { planRequest, sourced, variables } from '../../unit/plan/fixture.ts'

const ID = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

test.each([
  'https://github.com/siderolabs/talos/releases/download/v1.7.5/hcloud-amd64.raw.xz',
  `${FACTORY_URL}/image/${ID}/v1.7.5/metal-amd64.raw.xz`,
])('%s', async (url) => {
  await using sandbox = await testSandbox({ machines: 'none' })
  const factory = createFactoryClient({ url: sandbox.factoryUrl, publicUrl: FACTORY_URL })
  await factory.submitSchematic('customization: {}\n')
  const hetzner = createHetznerClient({ token: sandbox.token, endpoint: sandbox.endpoint })
  const request = planRequest({
    architectures: ['x86'],
    variables: variables({ talosVersion: sourced('v1.7.5'), imageUrls: { arm: sourced(null), x86: sourced(url) } }),
  })
  const signal = new AbortController().signal
  const { projects } = await planProjects(request, {
    projects: [{ name: undefined, at: undefined, hetzner }],
    factory,
    signal,
  })
  const plans = projects.flatMap((one) => ('plan' in one ? one.plan.images : []))
  expect(
    plans.map(({ source, sourceFacts }) => [source.kind, 'url' in source && source.url, sourceFacts.compression]),
  ).toEqual([['url', url.replace(/^https:\/\/[^/]+/, sandbox.factoryUrl), 'xz']])
})
