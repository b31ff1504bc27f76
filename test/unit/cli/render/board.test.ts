import { describe, expect, test } from 'vitest'
import type { BuildEvent } from '../../../../src/build/events.ts'
import { boardLines, createBoard, updateBoard } from '../../../../src/cli/render/board.ts'
import { eventLine } from '../../../../src/cli/render/event-line.ts'
import { createPlainView } from '../../../../src/cli/render/progress.ts'
import { registerSecret } from '../../../../src/util/redact.ts'
import { testIo } from '../fixture.ts'

const LONG = 'arm control-plane'
const PLACEMENT = { serverType: 'cax11', location: 'fsn1', diskGb: 40, pricePerHour: 0.006 }
const START: BuildEvent = { type: 'run-started', run: 'abcd2345', images: ['x86', LONG] }

/** The lines after these events, one second after each other. */
function lines(columns: number, ...events: readonly BuildEvent[]): string[] {
  let board = createBoard()
  let now = 0
  for (const event of events) {
    board = updateBoard(board, event, now)
    now += 1000
  }
  return boardLines(board, now, columns)
}

const WRITING: readonly BuildEvent[] = [
  START,
  { type: 'step-started', image: 'x86', step: 'write' },
  { type: 'progress', image: 'x86', step: 'write', bytes: 50 << 20, totalBytes: 100 << 20 },
  { type: 'step-started', image: LONG, step: 'boot' },
  { type: 'placement-failed', image: LONG, placement: PLACEMENT, reason: 'resource_unavailable', last: false },
  { type: 'note', text: 'removed server 7 (talos-image-zzzz-arm), which an earlier run left behind' },
]

describe('the board', () => {
  test('of 120 columns shows notes, then a line an image', () => {
    expect(lines(120, ...WRITING)).toEqual([
      '! arm control-plane: cax11 in fsn1 is not in stock, trying the next',
      '! removed server 7 (talos-image-zzzz-arm), which an earlier run left behind',
      '⠋ x86                writing the disk 50% of 100 MiB 6.0 s',
      '⠋ arm control-plane  booting the rescue system 6.0 s',
    ])
  })

  test('of 60 columns cuts what is too long, and shows that', () => {
    const shown = lines(60, ...WRITING)
    expect(shown).toEqual([
      '! arm control-plane: cax11 in fsn1 is not in stock, trying …',
      '! removed server 7 (talos-image-zzzz-arm), which an earlier…',
      '⠋ x86                writing the disk 50% of 100 MiB 6.0 s',
      '⠋ arm control-plane  booting the rescue system 6.0 s',
    ])
    expect(Math.max(...shown.map((line) => line.length))).toBe(60)
  })

  test.each([0, 1, 2, 10, 59])('is never wider than %i columns', (columns) => {
    for (const line of lines(columns, ...WRITING)) expect(line.length).toBeLessThanOrEqual(Math.max(2, columns))
  })

  test('keeps a note of several lines on one', () => {
    const shown = lines(80, START, { type: 'note', image: 'x86', text: 'one\ntwo\r\nthree' })
    expect(shown).toHaveLength(3)
    for (const line of shown) expect(line).not.toMatch(/[\r\n]/)
  })

  test('shows how each image ended', () => {
    const problem = { code: 'stock', message: 'no' } as const
    expect(
      lines(
        80,
        START,
        { type: 'progress', image: 'x86', step: 'write', bytes: 5, totalBytes: undefined },
        { type: 'image-built', image: 'x86', snapshot: 4711, ms: 92_000 },
        { type: 'image-failed', image: LONG, problem, ms: 3000 },
      ),
    ).toEqual(['✔ x86                snapshot 4711 in 1 min 32 s', '✘ arm control-plane  failed after 3.0 s'])
    expect(lines(80, START, { type: 'image-existing', image: 'x86', snapshot: 5 })).toEqual([
      '✔ x86                exists already: snapshot 5',
      '· arm control-plane  waiting',
    ])
  })

  test('shows bytes without a total, and no more than 100 percent', () => {
    const at = (bytes: number, totalBytes: number | undefined) =>
      lines(
        80,
        START,
        { type: 'step-started', image: 'x86', step: 'write' },
        { type: 'progress', image: 'x86', step: 'write', bytes, totalBytes },
      )[0]
    expect(at(5 << 20, undefined)).toContain('writing the disk 5.0 MiB 3.0 s')
    expect(at(5 << 20, 4 << 20)).toContain('100% of 4.0 MiB')
    expect(at(0, 0)).not.toContain('NaN')
  })

  test('turns its wheel with time', () => {
    const board = updateBoard(
      updateBoard(createBoard(), START, 0),
      { type: 'step-started', image: 'x86', step: 'boot' },
      0,
    )
    const frames = Array.from({ length: 10 }, (_, index) => boardLines(board, index * 100, 80)[0]?.charAt(0))
    expect(new Set(frames).size).toBe(10)
  })

  test('does not change the board it is given', () => {
    const board = updateBoard(createBoard(), START, 0)
    const before = JSON.stringify(board)
    updateBoard(board, { type: 'note', text: 'x' }, 1)
    updateBoard(board, { type: 'step-started', image: 'x86', step: 'boot' }, 1)
    expect(JSON.stringify(board)).toBe(before)
  })
})

describe('events as lines', () => {
  const leftover = { name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' }
  test.each<[BuildEvent, string | undefined]>([
    [START, 'run abcd2345'],
    [{ type: 'image-existing', image: 'x86', snapshot: 5 }, '[x86] exists already: snapshot 5'],
    [{ type: 'step-started', image: 'x86', step: 'verify' }, '[x86] reading the disk back ...'],
    [{ type: 'step-finished', image: 'x86', step: 'verify', ms: 1234 }, '[x86] reading the disk back: 1.2 s'],
    [
      { type: 'placement-failed', image: 'x86', placement: PLACEMENT, reason: 'x', last: false },
      '[x86] cax11 in fsn1: not in stock, trying the next',
    ],
    [
      { type: 'placement-failed', image: 'x86', placement: PLACEMENT, reason: 'x', last: true },
      '[x86] cax11 in fsn1: not in stock',
    ],
    [{ type: 'note', text: 'hello' }, 'hello'],
    [{ type: 'note', image: 'x86', text: 'hello' }, '[x86] hello'],
    [{ type: 'image-built', image: 'x86', snapshot: 5, ms: 1000 }, '[x86] done: snapshot 5 in 1.0 s'],
    [
      { type: 'image-failed', image: 'x86', problem: { code: 'api', message: 'no' }, ms: 1000 },
      '[x86] failed after 1.0 s: no',
    ],
    [{ type: 'removed', name: 'server 5' }, 'removed server 5'],
    [{ type: 'leftover', leftover }, 'could not remove server 5; remove it: hcloud server delete 5'],
    [{ type: 'removing', name: 'server 5' }, undefined],
    [{ type: 'progress', image: 'x86', step: 'write', bytes: 1, totalBytes: 2 }, undefined],
  ])('%j', (event, text) => {
    const io = testIo()
    createPlainView(io, () => new Date('2026-11-22T21:07:05Z')).onEvent(event)
    expect(io.errors).toEqual(text === undefined ? [] : [`21:07:05 ${text}\n`])
    expect(eventLine(event) === undefined).toBe(text === undefined)
    expect(io.results).toEqual([])
  })

  test('keep secrets', () => {
    registerSecret('a-secret-in-an-event')
    const io = testIo()
    createPlainView(io).onEvent({ type: 'note', text: 'x a-secret-in-an-event' })
    expect(io.errors.join()).toContain('x [redacted]')
  })
})
