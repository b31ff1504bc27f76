import { describe, expect, test } from 'vitest'
import { exitCodeOfRun } from '../../../src/cli/exit-codes.ts'
import { ProblemsError } from '../../../src/errors.ts'
import { mergeResults, type NamedResult } from '../../../src/report/merge-results.ts'
import type { ProjectResult } from '../../../src/report/projects.ts'
import { toResultDocument } from '../../../src/report/result.ts'
import { toTfvars } from '../../../src/report/tfvars.ts'
import type { ImageResult } from '../../../src/run/result.ts'
import { built, existing, FACTORY, failed, imageAt, rolesPlan } from './fixture.ts'

const plan = rolesPlan()
const at = (index: number) => imageAt(plan, index)
const LEFT = { name: 'server a', command: 'hcloud server delete a', reason: 'it is locked' }

interface Change extends Partial<ProjectResult> {
  readonly file?: string
  /** When it ended. */
  readonly ended?: string
}

/** The result of a run with these images. */
function resultOf(run: string, images: readonly ImageResult[], { file = `${run}.json`, ended, ...more }: Change = {}) {
  const document = toResultDocument({ run, images, leftovers: [] }, 'v1.12.2', FACTORY)
  const timeline = ended === undefined ? {} : { timeline: { began: ended, seconds: 0, images: [], notes: [] } }
  return { file, result: { ...document, ...timeline, ...more } } satisfies NamedResult
}
const shardOf = (index: number, count: number, images: readonly ImageResult[], change: Change = {}) =>
  resultOf(`run${index}`, images, { shard: { index, count }, ...change })

const imagesOf = ({ snapshots }: ProjectResult): readonly string[] => snapshots.map(({ image }) => image)
const ALL = ['arm control-plane', 'x86 control-plane', 'arm worker', 'x86 worker']

describe('the results of all shards', () => {
  test('are as one run, in its order, however they are given', () => {
    const { results, warnings } = mergeResults([
      shardOf(3, 3, [built(at(3), 4)]),
      shardOf(1, 3, [existing(at(0), 1), built(at(1), 2)]),
      shardOf(2, 3, [built(at(2), 3)]),
    ])
    const [merged] = results
    expect(warnings).toEqual([])
    expect(results).toHaveLength(1)
    expect(merged).toMatchObject({ run: null, runs: ['run1', 'run2', 'run3'], talosVersion: 'v1.12.2', failed: [] })
    expect(merged === undefined ? [] : imagesOf(merged)).toEqual(ALL)
    expect(merged).not.toHaveProperty('shard')
    expect(merged?.snapshots).toEqual(
      resultOf('all', [existing(at(0), 1), built(at(1), 2), built(at(2), 3), built(at(3), 4)]).result.snapshots,
    )
    expect(exitCodeOfRun(results)).toBe(0)
    expect(merged && toTfvars(merged)).toMatchObject({ talos_image_ids: { worker_x86: '4' } })
  })

  test.each([
    ['none failed, and one shard had nothing to do', [built(at(0), 1)], [], {}, 0],
    ['some failed', [built(at(0), 1)], [failed(at(1))], {}, 3],
    ['all failed', [failed(at(0))], [failed(at(1))], {}, 1],
    ['something is left behind', [built(at(0), 1)], [failed(at(1))], { leftovers: [LEFT] }, 4],
  ] as const)('have the exit code of a single run when %s', (_, first, second, change, code) => {
    const { results } = mergeResults([shardOf(1, 2, first), shardOf(2, 2, second, change)])
    expect(exitCodeOfRun(results)).toBe(code)
  })

  test('are missing where there is none: these have failed, and Terraform gets no variables', () => {
    const { results } = mergeResults([shardOf(2, 4, [built(at(1), 2)]), shardOf(4, 4, [])])
    const [merged] = results
    expect(merged?.failed).toMatchObject([
      { image: 'shard 1/4', error: { code: 'not-found', message: 'there is no result' } },
      { image: 'shard 3/4', error: { code: 'not-found' } },
    ])
    expect(exitCodeOfRun(results)).toBe(3)
    expect(merged && toTfvars(merged)).toBeUndefined()
    expect(exitCodeOfRun(mergeResults([shardOf(1, 2, [])]).results)).toBe(1)
  })

  test('keep the projects apart, in which a shard can be missing by itself', () => {
    const { results } = mergeResults([
      shardOf(1, 2, [built(at(0), 1)], { project: 'prod', file: 'a.json' }),
      shardOf(1, 2, [built(at(0), 2)], { project: 'staging', file: 'a.json' }),
      shardOf(2, 2, [built(at(1), 3)], { project: 'prod', file: 'b.json' }),
    ])
    expect(results.map(({ project, snapshots, failed: not }) => [project, snapshots.length, not.length])).toEqual([
      ['prod', 2, 0],
      ['staging', 1, 1],
    ])
  })
})

describe('of an image that is in several results', () => {
  const early = shardOf(1, 1, [built(at(0), 1), failed(at(1))], { ended: '2026-11-29T01:00:00Z', leftovers: [LEFT] })
  const late = resultOf('again', [existing(at(0), 1), built(at(1), 2)], {
    shard: { index: 1, count: 1 },
    ended: '2026-11-29T02:00:00Z',
  })

  test.each([
    ['first', [late, early]],
    ['last', [early, late]],
  ])('the one that ended last counts, also when it is given %s, and what the other left behind stays', (_, given) => {
    const { results, warnings } = mergeResults(given)
    expect(results).toMatchObject([
      { snapshots: [{ status: 'existing' }, { status: 'built' }], failed: [], leftovers: [LEFT] },
    ])
    expect(warnings.map(({ message }) => message)).toEqual([
      'there are several results of arm control-plane, x86 control-plane: run again in again.json counts, which is later than run run1 in run1.json',
    ])
  })

  test('one that could not begin does not count', () => {
    const unbegun = { ...early, result: { ...early.result, run: null } }
    const { timeline: _, ...rest } = unbegun.result
    const { results } = mergeResults([late, { file: 'unbegun.json', result: rest }])
    expect(results[0]?.failed).toEqual([])
  })

  test('the same run counts once, and it is said', () => {
    const { results, warnings } = mergeResults([late, { ...late, file: 'copy.json' }])
    expect(results[0]?.snapshots).toHaveLength(2)
    expect(warnings.map(({ message }) => message)).toEqual([
      'the result of run again is there twice: in again.json and in copy.json',
    ])
  })
})

test('images that were expected of the jobs of a matrix have failed', () => {
  const given = [resultOf('a', [built(at(0), 1)]), resultOf('b', [built(at(1), 2)])]
  expect(mergeResults(given, 2).results[0]?.failed).toEqual([])
  expect(mergeResults(given, 3).results[0]?.failed).toMatchObject([{ image: '1 image' }])
  expect(mergeResults(given, 4).results[0]?.failed).toMatchObject([{ image: '2 images' }])
})

test.each([
  [
    'Talos versions',
    [shardOf(1, 2, []), shardOf(2, 2, [], { talosVersion: 'v1.13.0' })],
    'results of different Talos versions are not one: run1.json is of v1.12.2, run2.json is of v1.13.0',
  ],
  [
    'counts of shards',
    [shardOf(1, 2, []), shardOf(2, 3, [])],
    'these are not shards of one build: run1.json is one of 2, run2.json is one of 3',
  ],
  ['a shard and a whole', [shardOf(1, 2, []), resultOf('b', [])], 'these are not shards of one build'],
  ['projects', [resultOf('a', [], { project: 'a' }), resultOf('b', [])], 'some projects have names, and one has none'],
  ['what was merged', [resultOf('a', [], { run: null, runs: ['x', 'y'] })], 'a.json is merged already'],
])('what does not belong together is a mistake: %s', (_, given, message) => {
  expect(() => mergeResults(given)).toThrow(ProblemsError)
  expect(() => mergeResults(given)).toThrow(message)
})

test('the timelines are put beside each other, in seconds since the first of them began', () => {
  const step = { step: 'write', seconds: 2, outcome: 'done', bytes: 5 } as const
  const timelineOf = (began: string, image: string) => ({
    timeline: {
      began,
      seconds: 10,
      images: [{ image, steps: [{ ...step, after: 1 }], servers: [], notes: [{ after: 3, text: image }] }],
      notes: [{ after: 4, text: 'all' }],
    },
  })
  const { results } = mergeResults([
    resultOf('b', [built(at(1), 2)], timelineOf('2026-11-29T01:00:07.500Z', 'x86 control-plane')),
    resultOf('a', [built(at(0), 1)], timelineOf('2026-11-29T01:00:00.000Z', 'arm control-plane')),
  ])
  expect(results[0]?.timeline).toEqual({
    began: '2026-11-29T01:00:00.000Z',
    seconds: 17.5,
    images: [
      {
        ...timelineOf('', 'x86 control-plane').timeline.images[0],
        steps: [{ ...step, after: 8.5 }],
        notes: [{ after: 10.5, text: 'x86 control-plane' }],
      },
      timelineOf('', 'arm control-plane').timeline.images[0],
    ],
    notes: [
      { after: 11.5, text: 'all' },
      { after: 4, text: 'all' },
    ],
  })
})
