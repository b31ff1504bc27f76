import { describe, expect, test } from 'vitest'
import { Crowd } from '../../../src/run/crowd.ts'

const signal = new AbortController().signal

describe('a build that meets the limit on servers', () => {
  test('waits for another one of its run to be gone', async () => {
    const crowd = new Crowd()
    crowd.creating('a')
    crowd.there('a')
    crowd.creating('b')
    const waiting = crowd.waitForAnother('b', signal)
    crowd.creating('c')
    crowd.there('c')
    crowd.gone('a')
    expect(await waiting).toBe(true)
  })

  test('does not wait when there is no other', async () => {
    const crowd = new Crowd()
    crowd.creating('a')
    expect(crowd.isAlone('a')).toBe(true)
    expect(await crowd.waitForAnother('a', signal)).toBe(false)
  })

  test('waits for one that is only being created, and gives up when that meets the limit, too', async () => {
    const crowd = new Crowd()
    crowd.creating('a')
    crowd.creating('b')
    expect(crowd.isAlone('a')).toBe(false)
    const a = crowd.waitForAnother('a', signal)
    const b = crowd.waitForAnother('b', signal)
    expect(await Promise.all([a, b])).toEqual([false, false])
  })

  test('stops waiting with the signal', async () => {
    const crowd = new Crowd()
    crowd.there('a')
    const stop = new AbortController()
    const waiting = crowd.waitForAnother('b', stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })
})
