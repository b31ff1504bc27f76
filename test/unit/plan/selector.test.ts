import { expect, test } from 'vitest'
import { isFound, joinSelector, selectorFor, selectorOf, tellApart } from '../../../src/plan/selector.ts'

test('the selector of a kind keeps roles apart', () => {
  expect(selectorFor(undefined)).toBe('os=talos,!role')
  expect(selectorFor('control-plane')).toBe('os=talos,role=control-plane')
})

test('a selector is joined of what is asked for', () => {
  expect(joinSelector({})).toBe('os=talos,!role')
  const labels = { cluster: 'a', team: undefined }
  expect(joinSelector({ role: 'worker', version: 'v1.12.2', labels })).toBe(
    'os=talos,role=worker,version=v1.12.2,cluster=a,team',
  )
  expect(joinSelector({ selector: 'a=b', version: 'v1.12.2' })).toBe('a=b,version=v1.12.2')
})

test.each([
  [{ os: 'talos', arch: 'arm', version: 'v1', creator: 'x', type: 'infra' }, 'os=talos,!role'],
  [{ os: 'talos', role: 'worker', 'talos-image/run': 'x' }, 'os=talos,role=worker'],
  [{ os: 'talos', role: 'worker', version: 'v1.12.2' }, 'os=talos,role=worker,version=v1.12.2'],
  [{ os: 'talos', role: 'storage' }, 'os=talos,role=storage'],
  [{ os: 'talos', cluster: 'prod', empty: '' }, 'os=talos,!role,cluster=prod,empty'],
  // Each label once.
  [{ os: 'talos', talos_version: 'v1.11.5', cluster: 'a' }, 'os=talos,!role,talos_version=v1.11.5,cluster=a'],
  [{ type: 'talos', version: 'v1.12.4' }, 'type=talos,version=v1.12.4'],
  [{ cluster: 'prod', version: 'v1' }, 'cluster=prod,version=v1'],
  [{ os: 'talos', 'talos-image/version': 'v1.12.2' }, 'os=talos,!role,talos-image/version=v1.12.2'],
  [{ 'talos-image/run': 'x' }, 'talos-image/run'],
])('of %j it is %s', (labels, selector) => {
  expect(selectorOf(labels)).toBe(selector)
})

test.each([
  ['os=talos', { os: 'talos' }, [{ os: 'talos', role: 'worker' }], 'os=talos,!role'],
  ['os=talos', { os: 'talos', role: 'worker' }, [{ os: 'talos' }], 'os=talos,role=worker'],
  [
    'os',
    { os: 'talos' },
    [
      { os: 'talos', cluster: 'a', role: 'b' },
      { os: 'talos', team: '' },
    ],
    'os,!role,!team',
  ],
  // One term is enough for several.
  ['os', { os: 'talos', team: 'a' }, [{ os: 'talos' }, { os: 'talos', team: 'b' }], 'os,team=a'],
  // The same label with and without a value; a label that is usually the same.
  ['os', { os: 'talos', team: '' }, [{ os: 'talos', team: 'b' }, { os: 'talos' }], 'os,team!=b,team'],
  ['os', { os: 'talos', creator: 'a' }, [{ os: 'talos', creator: 'b' }], 'os,creator=a'],
])('%s is made to find only %j', (selector, labels, others, told) => {
  expect(tellApart(selector, labels, others)).toBe(told)
  expect([labels, ...others].map((one) => isFound(told, one))).toEqual([true, ...others.map(() => false)])
})
