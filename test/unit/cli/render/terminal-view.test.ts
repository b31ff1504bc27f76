import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTerminalView } from '../../../../src/cli/render/terminal-view.ts'
import { testIo } from '../fixture.ts'

const RATES = { currency: 'EUR', addressPerHour: new Map<string, number>() }

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A view that draws into a stream; what it writes is taken piece by piece. */
async function open(columns: () => number = () => 80) {
  const stream = new PassThrough({ encoding: 'utf8' })
  const stop = new AbortController()
  const paused: (() => void)[] = []
  const io = testIo({ columns, signal: stop.signal, onPause: (prepare) => paused.push(prepare) })
  const view = await createTerminalView(io, stream, RATES)
  const take = (): string => String(stream.read() ?? '')
  return { view, stop, take, pause: () => paused.at(-1)?.() }
}

describe('the view on a terminal', () => {
  test('draws what changes, and nothing when nothing does', async () => {
    const { view, take } = await open()
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm'] })
    expect(take()).toBe('')
    vi.advanceTimersByTime(125)
    expect(take()).toContain('· arm  waiting\n  0 of 1 done  0:00\n')
    vi.advanceTimersByTime(750)
    expect(take()).toBe('')
    vi.advanceTimersByTime(125)
    expect(take()).toContain('0 of 1 done  0:01')
    view.close()
  })

  test('is drawn anew below what the shell prints after Ctrl-Z', async () => {
    const { view, take, pause } = await open()
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm'] })
    vi.advanceTimersByTime(125)
    take()
    pause()
    take()
    vi.advanceTimersByTime(125)
    const drawn = take()
    expect(drawn).toContain('0 of 1 done  0:00')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what would erase the shell's lines
    expect(drawn).not.toMatch(/\u001b\[\d*[AKJ]/)
    view.close()
  })

  test('draws at a bounded rate, however much happens', async () => {
    const { view, take } = await open()
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm'] })
    view.onEvent({ type: 'step-started', image: 'arm', step: 'write' })
    for (let bytes = 0; bytes < 10_000; bytes++) {
      view.onEvent({ type: 'progress', image: 'arm', step: 'write', bytes, totalBytes: 10_000 })
    }
    expect(take()).toBe('')
    vi.advanceTimersByTime(125)
    expect(take().match(/ arm /g)).toHaveLength(1)
    view.close()
  })

  test('keeps notes above the lines that change, whole', async () => {
    const { view, take } = await open()
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm'] })
    vi.advanceTimersByTime(125)
    take()
    view.onEvent({ type: 'note', image: 'arm', text: 'something\nhappened' })
    expect(take()).toMatch(/! arm: something happened\n.*· arm {2}waiting\n/)
    view.onEvent({ type: 'note', image: 'arm', text: 'word '.repeat(20).trim() })
    expect(take()).toMatch(/! arm:( word){14}\n {2}word( word){5}\n.*· arm {2}waiting\n/)
    view.close()
  })

  test('wipes the rows that a narrower terminal broke its lines into', async () => {
    let columns = 80
    const { view, take } = await open(() => columns)
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm'] })
    view.onEvent({ type: 'step-started', image: 'arm', step: 'boot' })
    vi.advanceTimersByTime(125)
    take()
    columns = 20
    vi.advanceTimersByTime(125)
    const wiped = take()
    // The empty row below them, both lines, and the second row of the first of them.
    expect(wiped.split('\u001b[2K')).toHaveLength(4 + 1)
    expect(wiped.split('\u001b[1A')).toHaveLength(3 + 1)
    for (const line of stripVTControlCharacters(wiped).split('\n')) expect(line.length).toBeLessThanOrEqual(20)
    view.close()
  })

  test('leaves its lines when it is stopped, and goes on below them', async () => {
    const { view, stop, take } = await open()
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm'] })
    stop.abort()
    expect(take()).toContain('arm  waiting')
    vi.advanceTimersByTime(125)
    expect(take()).not.toContain('\u001b[1A')
    view.close()
  })

  test('draws nothing any more once it is closed', async () => {
    const { view, take } = await open()
    view.close()
    take()
    view.onEvent({ type: 'run-started', run: 'abcd2345', images: ['arm'] })
    vi.advanceTimersByTime(1000)
    expect(take()).toBe('')
  })
})
