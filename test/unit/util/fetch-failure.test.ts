import { expect, test } from 'vitest'
import { fetchFailureReason } from '../../../src/util/fetch-failure.ts'

test('the reason of a failed fetch is the one that says most', () => {
  expect(fetchFailureReason(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))).toBe(
    'connect ECONNREFUSED',
  )
  expect(fetchFailureReason(new Error('plain', { cause: new Error('') }))).toBe('plain')
  expect(fetchFailureReason('text')).toBe('text')
})
