import { expect, test } from 'vitest'
import { COVERAGE } from '../../src/cloud/resources/index.ts'
import { createTestCloud } from './fixture.ts'

test('the list of what there is says neither more nor less than the routes', async () => {
  await using cloud = await createTestCloud()
  const routes = cloud.cloud.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/^\/v1/, '').replaceAll(/:(\w+)\{[^}]*\}/g, '{$1}')}`)
  expect([...new Set(routes)].toSorted()).toEqual(Object.keys(COVERAGE).toSorted())
})
