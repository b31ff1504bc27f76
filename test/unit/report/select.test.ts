import { expect, test } from 'vitest'
import { isFound } from '../../../src/plan/selector.ts'
import { selectNewest } from '../../../src/report/select.ts'
import { snapshot } from '../plan/fixture.ts'

const labels = { os: 'talos', version: 'v1.10.9' }
const images = [
  snapshot({ id: 2, labels: { ...labels, team: 'a' } }),
  snapshot({ id: 1, labels }),
  snapshot({ id: 3, labels: { ...labels, version: 'v1.10.8' } }),
]

test('what is advised for several kinds keeps what was asked for, and finds one kind each', () => {
  const asked = 'os=talos,!role,version=v1.10.9'
  const { selected, warnings } = selectNewest(asked, images.slice(0, 2), 'x86')
  expect(selected?.id).toBe(2)
  expect(warnings.map(({ hint }) => hint)).toEqual([`say which is meant: "${asked},team=a" or "${asked},!team"`])
  const found = [`${asked},team=a`, `${asked},!team`].map((one) => images.filter((image) => isFound(one, image.labels)))
  expect(found.map((some) => some.map(({ id }) => id))).toEqual([[2], [1]])
})

test('there is nothing to warn of when all are of one kind', () => {
  expect(selectNewest('os=talos,!team', images.slice(1), 'x86').warnings).toEqual([])
})
