import { describe, expect, test } from 'vitest'
import { createBoard, updateBoard } from '../../../../src/cli/render/board.ts'
import { type BoardLook, boardLines } from '../../../../src/cli/render/board-lines.ts'
import { createPaint, NO_PAINT } from '../../../../src/cli/render/paint.ts'
import type { BuildEvent } from '../../../../src/run/events.ts'

const LONG = 'arm control-plane'
const PLACEMENT = { serverType: 'cax11', location: 'fsn1', diskGb: 40, pricePerHour: 0.006 }
const RATES = { currency: 'EUR', addressPerHour: new Map([['fsn1', 0.0008]]) }
const START: BuildEvent = { type: 'run-started', run: 'abcd2345', images: ['x86', LONG] }
const LOOK: BoardLook = { columns: 120, ascii: false, paint: NO_PAINT }

const writing = (megabytes: number): BuildEvent => ({
  type: 'progress',
  image: 'x86',
  step: 'write',
  bytes: megabytes * 1e6,
  totalBytes: 100e6,
})
const step = (name: 'boot' | 'write' | 'clean-up', image = 'x86'): BuildEvent => ({
  type: 'step-started',
  image,
  step: name,
})
const created = (image: string): BuildEvent => ({
  type: 'server-created',
  image,
  name: 's',
  placement: PLACEMENT,
  ipv4: true,
})

/** The lines after these events, one second after each other, one second after the last. */
function lines(look: Partial<BoardLook>, ...events: readonly BuildEvent[]): string[] {
  let board = createBoard(RATES)
  let now = 0
  for (const event of events) {
    board = updateBoard(board, event, now)
    now += 1000
  }
  return boardLines(board, now, { ...LOOK, ...look })
}

const WRITING = [START, created('x86'), step('write'), writing(30), writing(40), writing(50), step('boot', LONG)]

describe('the board', () => {
  test.each([
    [
      130,
      '⠦ x86                writing the disk            0:05  ━━━━━━━━━━━━────────────  50%  50 MB of 100 MB   10 MB/s   0:05 left',
      '⠦ arm control-plane  booting the rescue system   0:01',
      '  0 of 2 done  0:07  0.0068 EUR so far',
    ],
    [
      120,
      '⠦ x86                writing the disk            0:05  ━━━━━━━━────────  50%  50 MB of 100 MB   10 MB/s   0:05 left',
      '⠦ arm control-plane  booting the rescue system   0:01',
      '  0 of 2 done  0:07  0.0068 EUR so far',
    ],
    [
      80,
      '⠦ x86                writing     0:05  ━━━━━─────  50%  0:05 left',
      '⠦ arm control-plane  booting     0:01',
      '  0 of 2 done  0:07  0.0068 EUR so far',
    ],
    [
      60,
      '⠦ x86                writing     0:05  ━━━━━─────  50%',
      '⠦ arm control-plane  booting     0:01',
      '  0 of 2 done  0:07  0.0068 EUR so far',
    ],
    [
      40,
      '⠦ x86                writing     50%',
      '⠦ arm control-plane  booting',
      '  0 of 2 done  0:07  0.0068 EUR so far',
    ],
    [20, '⠦ x86              …', '⠦ arm control-plane…', '  0 of 2 done  0:07'],
  ])('of %i columns shows what fits', (columns, ...expected) => {
    expect(lines({ columns }, ...WRITING)).toEqual(expected)
  })

  test('of generic images has more room', () => {
    const start: BuildEvent = { type: 'run-started', run: 'abcd2345', images: ['arm', 'x86'] }
    const events = [start, created('x86'), step('write'), writing(30), writing(40)]
    expect(lines({ columns: 80 }, ...events)[1]).toBe(
      '⠋ x86  writing the disk            0:03  ━━━━──────  40%  10 MB/s   0:06 left',
    )
    expect(lines({ columns: 40 }, ...events)[1]).toBe('⠋ x86  writing     0:03  ━━━━──────  40%')
  })

  test.each([0, 1, 2, 10, 33, 40, 59, 60, 80, 100, 200])('is never wider than %i columns', (columns) => {
    const done: BuildEvent = { type: 'image-built', image: LONG, snapshot: 312_345_678, ms: 3_599_000 }
    for (const line of lines({ columns }, ...WRITING, done)) expect(line.length).toBeLessThanOrEqual(columns)
  })

  test('moves nothing while the numbers grow', () => {
    const columns = (events: readonly BuildEvent[]): number | undefined => lines({}, ...events)[0]?.indexOf('%')
    expect(columns([...WRITING, writing(99)])).toBe(columns(WRITING))
    expect(columns([...WRITING, writing(100)])).toBe(columns(WRITING))
  })

  test('shows how each image ended, and what it cost', () => {
    const problem = { code: 'stock', message: 'no' } as const
    const events: readonly BuildEvent[] = [
      START,
      created('x86'),
      { type: 'image-built', image: 'x86', snapshot: 4711, ms: 92_000 },
      { type: 'image-failed', image: LONG, problem, ms: 3000 },
    ]
    expect(lines({}, ...events)).toEqual([
      '✔ x86                snapshot 4711 in 1 min 32 s, 0.0068 EUR',
      '✘ arm control-plane  failed after 3.0 s (stock)',
      '  1 of 2 done, 1 not  0:04  0.0068 EUR',
    ])
    expect(lines({ columns: 40 }, ...events)).toEqual([
      '✔ x86                snapshot 4711',
      '✘ arm control-plane  failed after 3.0 s',
      '  1 of 2 done, 1 not  0:04  0.0068 EUR',
    ])
  })

  test('tells who was stopped from who failed', () => {
    const problem = { code: 'interrupted', message: 'interrupted' } as const
    expect(lines({}, START, { type: 'image-failed', image: LONG, problem, ms: 3000 })[1]).toBe(
      '✘ arm control-plane  stopped after 3.0 s',
    )
  })

  test('says little of what exists already', () => {
    const exists = (image: string): BuildEvent => ({ type: 'image-existing', image, snapshot: 5 })
    expect(lines({}, START, exists('x86'))).toEqual([
      '✔ x86                exists already: snapshot 5',
      '· arm control-plane  waiting',
      '  1 of 2 done  0:02',
    ])
    expect(lines({}, START, exists('x86'), exists(LONG))).toHaveLength(2)
  })

  test('counts every hour that has begun, until the server is gone', () => {
    const at = (nowMs: number, ...events: readonly BuildEvent[]) => {
      const board = events.reduce((before, event) => updateBoard(before, event, 0), createBoard(RATES))
      return boardLines(board, nowMs, LOOK).at(-1)
    }
    const gone: BuildEvent = { type: 'step-finished', image: 'x86', step: 'clean-up', ms: 1 }
    expect(at(3_600_000, START, created('x86'))).toContain('0.0068 EUR')
    expect(at(3_600_001, START, created('x86'), created(LONG))).toContain('0.0272 EUR')
    expect(at(3_600_001, START, created('x86'), gone)).toContain('0.0068 EUR')
    const unknown: BuildEvent = {
      type: 'server-created',
      image: 'x86',
      name: 's',
      placement: { ...PLACEMENT, pricePerHour: undefined },
      ipv4: true,
    }
    expect(at(1, START, unknown)).toBe('  0 of 2 done  0:00')
  })

  test('leaves out the address that a server does not have', () => {
    const bare: BuildEvent = { type: 'server-created', image: 'x86', name: 's', placement: PLACEMENT, ipv4: false }
    const board = [START, bare].reduce((before, event) => updateBoard(before, event, 0), createBoard(RATES))
    expect(boardLines(board, 1, LOOK).at(-1)).toContain(`${PLACEMENT.pricePerHour.toFixed(4)} EUR`)
  })

  test('shows bytes without a total, and no more than 100 percent', () => {
    const at = (megabytes: number, totalBytes: number | undefined) =>
      lines({}, START, step('write'), {
        type: 'progress',
        image: 'x86',
        step: 'write',
        bytes: megabytes * 1e6,
        totalBytes,
      })[0]
    expect(at(5, undefined)).toMatch(/0:02 {2}5\.0 MB$/)
    expect(at(5, 4e6)).toContain('100%  5.0 MB of 4.0 MB')
    expect(at(0, 0)).not.toContain('NaN')
  })

  test('turns its wheel with time, and stands still between two pictures', () => {
    const board = updateBoard(updateBoard(createBoard(), START, 0), step('boot'), 0)
    const frames = Array.from({ length: 10 }, (_, index) => boardLines(board, index * 125, LOOK)[0]?.charAt(0))
    expect(new Set(frames).size).toBe(10)
    expect(boardLines(board, 124, LOOK)).toEqual(boardLines(board, 0, LOOK))
  })

  test('has color only as paint: the letters are the same', () => {
    const painted = lines({ paint: createPaint(true) }, ...WRITING)
    expect(painted[0]).toContain('\u001b[36m━━━━━━━━\u001b[39m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are control characters
    expect(painted.map((line) => line.replaceAll(/\u001b\[\d+m/g, ''))).toEqual(lines({}, ...WRITING))
  })

  test('is ASCII where nothing else can be shown', () => {
    for (const line of lines({ ascii: true, columns: 40 }, ...WRITING)) expect(line).toMatch(/^[ -~]*$/)
    expect(lines({ ascii: true }, ...WRITING)[0]).toContain('########--------  50%')
  })

  test('does not change the board it is given', () => {
    const board = updateBoard(createBoard(RATES), START, 0)
    const before = structuredClone(board)
    updateBoard(board, step('boot'), 1)
    updateBoard(board, created('x86'), 1)
    expect(board).toEqual(before)
  })
})
