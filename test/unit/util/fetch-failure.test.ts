import { expect, test } from 'vitest'
import { fetchFailureReason } from '../../../src/util/fetch-failure.ts'

test('the reason of a failed fetch is the one that says most', () => {
  expect(fetchFailureReason(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))).toBe(
    'connect ECONNREFUSED',
  )
  expect(fetchFailureReason(new Error('plain', { cause: new Error('') }))).toBe('plain')
  const refused = new Error('Request was cancelled.', { cause: new Error('Proxy response (407)') })
  expect(fetchFailureReason(new TypeError('fetch failed', { cause: refused }))).toBe('Proxy response (407)')
  expect(fetchFailureReason('text')).toBe('text')
})
