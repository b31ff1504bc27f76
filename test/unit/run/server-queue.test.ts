import { describe, expect, test } from 'vitest'
import { ServerQueue } from '../../../src/run/server-queue.ts'

const signal = new AbortController().signal

describe('a build that meets the limit on servers', () => {
  test('waits for another one of its run to be gone', async () => {
    const queue = new ServerQueue()
    queue.creating('a')
    queue.created('a')
    queue.creating('b')
    const waiting = queue.waitForRemoval('b', signal)
    queue.creating('c')
    queue.created('c')
    queue.removed('a')
    expect(await waiting).toBe(true)
  })

  test('does not wait when there is no other', async () => {
    const queue = new ServerQueue()
    queue.creating('a')
    expect(queue.isAlone('a')).toBe(true)
    expect(await queue.waitForRemoval('a', signal)).toBe(false)
  })

  test('waits for one that is only being created, and gives up when that meets the limit, too', async () => {
    const queue = new ServerQueue()
    queue.creating('a')
    queue.creating('b')
    expect(queue.isAlone('a')).toBe(false)
    const a = queue.waitForRemoval('a', signal)
    const b = queue.waitForRemoval('b', signal)
    expect(await Promise.all([a, b])).toEqual([false, false])
  })

  test('stops waiting with the signal', async () => {
    const queue = new ServerQueue()
    queue.created('a')
    const stop = new AbortController()
    const waiting = queue.waitForRemoval('b', stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })
})
