import { describe, expect, test } from 'vitest'
import { recordTimeline } from '../../../src/report/timeline.ts'
import type { BuildEvent } from '../../../src/run/events.ts'

const BEGAN = Date.UTC(2026, 10, 29, 4, 0)
const START: BuildEvent = { type: 'run-started', run: 'abcd2345', images: ['arm', 'x86'] }
const placement = { serverType: 'cx23', location: 'fsn1', diskGb: 40, pricePerHour: 0.005 }

/** The timeline of events, each so many seconds after the first. */
function timelineOf(events: readonly (readonly [number, BuildEvent])[], endS: number) {
  const recorder = recordTimeline()
  recorder.add(START, BEGAN)
  for (const [atS, event] of events) recorder.add(event, BEGAN + atS * 1000)
  return recorder.read(BEGAN + endS * 1000)
}

const started = (step: 'server' | 'boot' | 'write' | 'verify' | 'publish' | 'clean-up', image = 'arm'): BuildEvent => ({
  type: 'step-started',
  image,
  step,
})
const finished = (
  step: 'server' | 'boot' | 'write' | 'verify' | 'publish' | 'clean-up',
  image = 'arm',
): BuildEvent => ({
  type: 'step-finished',
  image,
  step,
  ms: 1,
})
const created = (name: string): BuildEvent => ({ type: 'server-created', image: 'arm', name, placement, ipv4: true })
const failedWith = (code: 'verify' | 'interrupted'): BuildEvent => ({
  type: 'image-failed',
  image: 'arm',
  problem: { code, message: 'no' },
  ms: 1,
})

describe('a timeline', () => {
  test('has every image, with its steps, servers and notes in seconds since the beginning', () => {
    const timeline = timelineOf(
      [
        [0.5, started('server')],
        [1, { type: 'placement-failed', image: 'arm', placement, code: 'stock', reason: 'gone', last: false }],
        [3, finished('server')],
        [3, created('s1')],
        [3, started('write')],
        [4, { type: 'progress', image: 'arm', step: 'write', bytes: 100, totalBytes: 200 }],
        [5.04, finished('write')],
        [6, { type: 'note', text: 'the earlier run' }],
        [7, started('clean-up')],
        [8, finished('clean-up')],
        [8, { type: 'image-built', image: 'arm', snapshot: 1, ms: 1 }],
      ],
      9,
    )
    const server = { name: 's1', serverType: 'cx23', location: 'fsn1', pricePerHour: 0.005, ipv4: true }
    expect(timeline).toEqual({
      began: '2026-11-29T04:00:00.000Z',
      seconds: 9,
      images: [
        {
          image: 'arm',
          steps: [
            { step: 'server', after: 0.5, seconds: 2.5, outcome: 'done', bytes: null },
            { step: 'write', after: 3, seconds: 2, outcome: 'done', bytes: 100 },
            { step: 'clean-up', after: 7, seconds: 1, outcome: 'done', bytes: null },
          ],
          servers: [{ ...server, after: 3, seconds: 5 }],
          notes: [{ after: 1, text: 'cx23 in fsn1: not in stock' }],
        },
        { image: 'x86', steps: [], servers: [], notes: [] },
      ],
      notes: [{ after: 6, text: 'the earlier run' }],
    })
  })

  test('a step that is tried again has failed, and its server is paid for until it is removed', () => {
    const { images } = timelineOf(
      [
        [0, started('server')],
        [1, finished('server')],
        [1, created('s1')],
        [1, started('boot')],
        [5, { type: 'removed', name: 'server s1' }],
        [6, started('server')],
        [7, finished('server')],
        [7, created('s2')],
        [7, started('boot')],
        [8, finished('boot')],
      ],
      9,
    )
    expect(images[0]?.steps.map(({ step, seconds, outcome }) => [step, seconds, outcome])).toEqual([
      ['server', 1, 'done'],
      ['boot', 5, 'failed'],
      ['server', 1, 'done'],
      ['boot', 1, 'done'],
    ])
    expect(images[0]?.servers.map(({ name, seconds }) => [name, seconds])).toEqual([
      ['s1', 4],
      ['s2', 2],
    ])
  })

  test.each([
    ['verify', 'failed'],
    ['interrupted', 'interrupted'],
  ] as const)(
    'an image that failed with %s has a last step that %s, whether it came to its end or not',
    (code, outcome) => {
      for (const events of [
        [[2, started('clean-up')]],
        [
          [1.5, finished('verify')],
          [2, started('clean-up')],
        ],
      ] as const) {
        const { images } = timelineOf(
          [[0, started('boot')], [1, started('verify')], ...events, [3, finished('clean-up')], [3, failedWith(code)]],
          3,
        )
        expect(images[0]?.steps.map((step) => [step.step, step.outcome])).toEqual([
          ['boot', 'failed'],
          ['verify', outcome],
          ['clean-up', 'done'],
        ])
      }
    },
  )

  test('steps that go on side by side are both done', () => {
    const { images } = timelineOf(
      [
        [0, started('publish')],
        [1, started('clean-up')],
        [2, finished('publish')],
        [3, finished('clean-up')],
      ],
      3,
    )
    expect(images[0]?.steps.map(({ outcome, seconds }) => [outcome, seconds])).toEqual([
      ['done', 2],
      ['done', 2],
    ])
  })

  test('a clock that is set back makes nothing shorter than nothing', () => {
    const { images, seconds } = timelineOf(
      [
        [10, started('boot')],
        [-20, finished('boot')],
      ],
      -20,
    )
    expect([images[0]?.steps[0]?.seconds, seconds]).toEqual([0, 0])
  })
})
