import { expect, it } from 'vitest'
import { runExamples } from '../support/readme.ts'

it('the example of the README runs', async () => {
  const [printed = ''] = await runExamples(new URL('../../', import.meta.url))
  expect(printed).toContain('the second try makes the server')
})
