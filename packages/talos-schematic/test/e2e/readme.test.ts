import { expect, it } from 'vitest'
import { runExamples } from '../../../hcloud-sandbox/test/support/readme.ts'

it('the example of the README prints an ID', async () => {
  expect(await runExamples(new URL('../../', import.meta.url))).toEqual([expect.stringMatching(/^[0-9a-f]{64}\n$/)])
})
