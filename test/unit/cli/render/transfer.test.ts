import { describe, expect, test } from 'vitest'
import { addSample, measureTransfer, type Sample } from '../../../../src/cli/render/transfer.ts'

const at = (seconds: number, bytes: number): Sample => ({ atMs: seconds * 1000, bytes })
const collect = (...samples: readonly Sample[]) => samples.reduce<readonly Sample[]>(addSample, [])

describe('a transfer', () => {
  test('nothing is known of before it begins, and no speed from one report', () => {
    expect(measureTransfer([], 100, 0)).toBeUndefined()
    expect(measureTransfer([at(1, 20)], 100, 1500)).toEqual({
      bytes: 20,
      totalBytes: 100,
      percent: 20,
      speed: undefined,
      leftMs: undefined,
    })
  })

  test('has the speed of the last ten seconds, and the time that is left at that', () => {
    const samples = collect(at(0, 0), at(10, 1000), at(20, 3000))
    expect(measureTransfer(samples, 5000, 20_000)).toMatchObject({ speed: 200, leftMs: 10_000 })
  })

  test('that stalls gets slower', () => {
    const samples = collect(at(0, 0), at(2, 200))
    expect(measureTransfer(samples, 1000, 4000)?.speed).toBe(100)
    expect(measureTransfer(samples, 1000, 23_000)?.speed).toBe(10)
  })

  test('that begins anew forgets what was', () => {
    const samples = collect(at(0, 0), at(2, 200), at(4, 10), at(6, 30))
    expect(measureTransfer(samples, undefined, 6000)).toMatchObject({ bytes: 30, speed: 10, leftMs: undefined })
  })

  test('that is complete has neither speed nor time left', () => {
    const samples = collect(at(0, 0), at(2, 200))
    expect(measureTransfer(samples, 200, 2000)).toMatchObject({ percent: 100, speed: undefined, leftMs: undefined })
  })

  test.each([
    [57, 57],
    [58, 58],
    [99.9, 99],
    [101, 100],
  ])('of %d of 100 bytes is at %d percent', (bytes, percent) => {
    expect(measureTransfer([at(0, bytes)], 100, 0)?.percent).toBe(percent)
  })

  test('that does not move has no end', () => {
    const samples = collect(at(0, 10), at(2, 10))
    expect(measureTransfer(samples, 200, 2000)).toMatchObject({ speed: 0, leftMs: undefined })
  })
})
