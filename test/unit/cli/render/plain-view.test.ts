import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventLine } from '../../../../src/cli/render/event-line.ts'
import { createPlainView } from '../../../../src/cli/render/plain-view.ts'
import type { BuildEvent } from '../../../../src/run/events.ts'
import { registerSecret } from '../../../../src/util/redact.ts'
import { testIo } from '../fixture.ts'

const PLACEMENT = { serverType: 'cax11', location: 'fsn1', diskGb: 40, pricePerHour: 0.006 }
const NOW = () => new Date('2026-11-22T21:07:05Z')

describe('events as lines', () => {
  const leftover = { name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' }
  const problem = { code: 'api', message: 'no' } as const
  test.each<[BuildEvent, string | undefined]>([
    [{ type: 'run-started', run: 'abcd2345', images: [] }, 'run abcd2345, begun 2026-11-22 21:07:05 UTC'],
    [{ type: 'image-existing', image: 'x86', snapshot: 5 }, '[x86] exists already: snapshot 5'],
    [{ type: 'step-started', image: 'x86', step: 'verify' }, '[x86] reading the disk back ...'],
    [{ type: 'step-finished', image: 'x86', step: 'verify', ms: 1234 }, undefined],
    [{ type: 'step-finished', image: 'x86', step: 'write', ms: 1234 }, '[x86] disk written in 1.2 s'],
    [{ type: 'server-created', image: 'x86', name: 'server', placement: PLACEMENT, ipv4: true }, undefined],
    [
      { type: 'placement-failed', image: 'x86', placement: PLACEMENT, code: 'stock', reason: 'x', last: false },
      '[x86] cax11 in fsn1: not in stock, trying the next',
    ],
    [
      {
        type: 'placement-failed',
        image: 'x86',
        placement: PLACEMENT,
        code: 'api',
        reason: 'the cloud failed',
        last: true,
      },
      '[x86] cax11 in fsn1: the cloud failed',
    ],
    [{ type: 'note', text: 'hello' }, 'hello'],
    [{ type: 'note', image: 'x86', text: 'one\ntwo\r\nthree' }, '[x86] one two three'],
    [{ type: 'image-built', image: 'x86', snapshot: 5, ms: 1000 }, '[x86] done: snapshot 5 in 1.0 s'],
    [{ type: 'image-failed', image: 'x86', problem, ms: 1000 }, '[x86] failed after 1.0 s (api)'],
    [
      { type: 'image-failed', image: 'x86', problem: { ...problem, code: 'interrupted' }, ms: 1000 },
      '[x86] stopped after 1.0 s',
    ],
    [{ type: 'removed', name: 'server 5' }, 'removed server 5'],
    [{ type: 'leftover', leftover }, undefined],
    [{ type: 'removing', name: 'server 5' }, undefined],
    [{ type: 'progress', image: 'x86', step: 'write', bytes: 1, totalBytes: 2 }, undefined],
  ])('%j', (event, text) => {
    const io = testIo()
    const view = createPlainView(io, NOW)
    view.onEvent(event)
    view.close()
    expect(io.errors).toEqual(text === undefined ? [] : [`21:07:05 ${text}\n`])
    expect(io.results).toEqual([])
  })

  test('stand below each other', () => {
    const io = testIo()
    const view = createPlainView(io, NOW)
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm worker', 'x86 control-plane'] })
    view.onEvent({ type: 'step-started', image: 'arm worker', step: 'boot' })
    view.onEvent({ type: 'step-started', image: 'x86 control-plane', step: 'boot' })
    view.close()
    expect(io.errors.slice(1)).toEqual([
      '21:07:05 [arm worker]        booting the rescue system ...\n',
      '21:07:05 [x86 control-plane] booting the rescue system ...\n',
    ])
  })

  test('keep secrets', () => {
    registerSecret('a-secret-in-an-event')
    const line = eventLine({ type: 'note', text: 'x a-secret-in-an-event \u001b[2J' })
    expect(line?.text).toBe('x [redacted] \\u001b[2J')
  })

  test('have color only where it is asked for', () => {
    const io = testIo({ errStyle: { colors: true, ascii: false } })
    const view = createPlainView(io, NOW)
    view.onEvent({ type: 'image-built', image: 'x86', snapshot: 5, ms: 1000 })
    view.close()
    expect(io.errors).toEqual(['\u001b[2m21:07:05\u001b[22m [x86] \u001b[32mdone: snapshot 5 in 1.0 s\u001b[39m\n'])
  })
})

describe('a long step in a log', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW() })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('says every half minute that it goes on, and how far it is', () => {
    const io = testIo()
    const view = createPlainView(io)
    const progress = (megabytes: number): void =>
      view.onEvent({ type: 'progress', image: 'arm', step: 'write', bytes: megabytes * 1e6, totalBytes: 100e6 })
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm', 'x86'] })
    view.onEvent({ type: 'step-started', image: 'arm', step: 'write' })
    view.onEvent({ type: 'step-started', image: 'x86', step: 'snapshot' })
    for (let second = 0; second <= 29; second++) {
      progress(second * 2)
      vi.advanceTimersByTime(1000)
    }
    vi.advanceTimersByTime(30_000)
    view.onEvent({ type: 'step-finished', image: 'arm', step: 'write', ms: 50_000 })
    expect(io.errors.slice(3)).toEqual([
      '21:07:35 [arm] writing the disk for 30 s: 58%, 58 MB of 100 MB, 2.0 MB/s, 0:21 left\n',
      '21:07:35 [x86] taking the snapshot for 30 s\n',
      '21:08:05 [arm] writing the disk for 1 min 00 s: 58%, 58 MB of 100 MB, 527 kB/s, 1:19 left\n',
      '21:08:05 [x86] taking the snapshot for 1 min 00 s\n',
      '21:08:05 [arm] disk written in 50 s: 100 MB, 2.0 MB/s\n',
    ])
    view.close()
    vi.advanceTimersByTime(60_000)
    expect(io.errors).toHaveLength(8)
  })

  test('is not repeated when it has only begun', () => {
    const io = testIo()
    const view = createPlainView(io)
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm'] })
    vi.advanceTimersByTime(25_000)
    view.onEvent({ type: 'step-started', image: 'arm', step: 'boot' })
    vi.advanceTimersByTime(6000)
    expect(io.errors).toHaveLength(2)
    view.close()
  })
})
