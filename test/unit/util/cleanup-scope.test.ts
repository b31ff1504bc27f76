import { describe, expect, test } from 'vitest'
import { CleanupScope } from '../../../src/util/cleanup-scope.ts'

const MINUTE_MS = 60_000

/** A deletion that notes its name when it runs. */
const deletion = (name: string, run: (signal: AbortSignal) => Promise<void> | void = () => undefined) => ({
  name,
  command: `remove ${name}`,
  run: async (signal: AbortSignal) => {
    await run(signal)
    return true
  },
})

describe('closing a scope', () => {
  test('removes everything, newest first, one after the other', async () => {
    const scope = new CleanupScope(MINUTE_MS)
    const done: string[] = []
    for (const name of ['a', 'b', 'c']) {
      scope.add(
        deletion(name, async () => {
          done.push(`${name} begins`)
          await new Promise((resolve) => setImmediate(resolve))
          done.push(`${name} ends`)
        }),
      )
    }
    expect(scope.pending.map(({ name }) => name)).toEqual(['c', 'b', 'a'])
    expect(await scope.close()).toEqual([])
    expect(done).toEqual(['c begins', 'c ends', 'b begins', 'b ends', 'a begins', 'a ends'])
    expect(scope.pending).toEqual([])
  })

  test('leaves what was taken off the list', async () => {
    const scope = new CleanupScope(MINUTE_MS)
    const done: string[] = []
    const { forget } = scope.add(deletion('kept', () => void done.push('kept')))
    scope.add(deletion('gone', () => void done.push('gone')))
    forget()
    await scope.close()
    expect(done).toEqual(['gone'])
  })

  test('goes on after a failure, and names what is left', async () => {
    const scope = new CleanupScope(MINUTE_MS)
    const done: string[] = []
    scope.add(deletion('a', () => void done.push('a')))
    scope.add(
      deletion('b', () => {
        throw new Error('locked')
      }),
    )
    scope.add(deletion('c', () => Promise.reject('no error at all')))
    expect(await scope.close()).toEqual([
      { name: 'c', command: 'remove c', reason: 'no error at all' },
      { name: 'b', command: 'remove b', reason: 'locked' },
    ])
    expect(done).toEqual(['a'])
    expect(scope.pending.map(({ name }) => name)).toEqual(['c', 'b'])
  })

  test('twice runs each deletion once', async () => {
    const scope = new CleanupScope(MINUTE_MS)
    let count = 0
    scope.add(
      deletion('a', async () => {
        count += 1
        await new Promise((resolve) => setImmediate(resolve))
      }),
    )
    await Promise.all([scope.close(), scope.close()])
    await scope.close()
    expect(count).toBe(1)
  })

  test('gives each deletion a deadline of its own, which has not passed', async () => {
    const scope = new CleanupScope(20)
    const signals: AbortSignal[] = []
    const untilAborted = (signal: AbortSignal): Promise<void> => {
      signals.push(signal)
      if (signal.aborted) throw new Error('too late before it began')
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('out of time'))))
    }
    scope.add(deletion('a', untilAborted))
    scope.add(deletion('b', untilAborted))
    expect((await scope.close()).map(({ name, reason }) => [name, reason])).toEqual([
      ['b', 'out of time'],
      ['a', 'out of time'],
    ])
    expect(new Set(signals).size).toBe(2)
  })

  test('does not wait for a deletion that ignores its deadline', async () => {
    const scope = new CleanupScope(10)
    const done: string[] = []
    scope.add(deletion('a', () => void done.push('a')))
    scope.add(deletion('b', () => new Promise<void>(() => undefined)))
    expect(await scope.close()).toMatchObject([{ name: 'b', reason: expect.stringContaining('0.01 s') }])
    expect(done).toEqual(['a'])
  })

  test('waits for what was begun before, and does it once', async () => {
    const scope = new CleanupScope(MINUTE_MS)
    const done: string[] = []
    let end = (): void => undefined
    const ends = new Promise<void>((resolve) => {
      end = resolve
    })
    const { begin } = scope.add(
      deletion('a', async () => {
        await ends
        done.push('a')
      }),
    )
    const refused = scope.add(deletion('b', () => Promise.reject(new Error('no'))))
    void begin()
    void refused.begin()
    expect(scope.pending.map(({ name }) => name)).toEqual(['b', 'a'])
    const closed = scope.close()
    end()
    expect(await closed).toMatchObject([{ name: 'b', reason: 'no' }])
    expect(done).toEqual(['a'])
  })

  test('tells what it does', async () => {
    const told: string[] = []
    const scope = new CleanupScope(MINUTE_MS, {
      onRemoving: ({ name }) => told.push(`removing ${name}`),
      onRemoved: ({ name }) => told.push(`removed ${name}`),
    })
    scope.add(deletion('a'))
    scope.add(deletion('b', () => Promise.reject(new Error('no'))))
    await scope.close()
    expect(told).toEqual(['removing b', 'removing a', 'removed a'])
  })

  test('is not stopped by a listener that throws', async () => {
    const broken = (): never => {
      throw new Error('an error of the listener')
    }
    const scope = new CleanupScope(MINUTE_MS, { onRemoving: broken, onRemoved: broken })
    const done: string[] = []
    scope.add(deletion('a', () => void done.push('a')))
    scope.add(deletion('b', () => void done.push('b')))
    expect(await scope.close()).toEqual([])
    expect(done).toEqual(['b', 'a'])
  })
})
