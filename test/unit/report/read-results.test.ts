import { describe, expect, test } from 'vitest'
import { toJsonLine } from '../../../src/report/event-record.ts'
import type { ProjectResult } from '../../../src/report/projects.ts'
import { readResults } from '../../../src/report/read-results.ts'
import { toResultDocument } from '../../../src/report/result.ts'
import { recordTimeline } from '../../../src/report/timeline.ts'
import { built, existing, FACTORY, failed, imageAt, rolesPlan } from './fixture.ts'

const plan = rolesPlan()
const kept = { name: 'server a', login: 'ssh a', untilMs: 0 }
const images = [
  built(imageAt(plan, 0), 1),
  existing(imageAt(plan, 1), 2),
  { ...failed(imageAt(plan, 2)), kept },
  failed(imageAt(plan, 3)),
]

function timeline() {
  const recorder = recordTimeline()
  recorder.add({ type: 'run-started', run: 'abcd2345', images: ['arm'] }, 0)
  recorder.add({ type: 'step-started', image: 'arm', step: 'write' }, 1000)
  recorder.add({ type: 'note', image: 'arm', text: 'once more' }, 2000)
  const placement = { serverType: 'cax11', location: 'fsn1', diskGb: 40, pricePerHour: undefined }
  recorder.add({ type: 'server-created', image: 'arm', name: 'a', ipv4: true, placement }, 3000)
  return recorder.read(5000)
}

const leftovers = [{ name: 'server b', command: 'hcloud server delete b', reason: 'locked' }]
const inputs = { directory: '_packer', templates: ['a'], varFiles: [], settings: null, schematics: [] }
const result: ProjectResult = {
  ...toResultDocument({ run: 'abcd2345', images, leftovers }, 'v1.12.2', FACTORY),
  inputs,
  shard: { index: 1, count: 2 },
  timeline: timeline(),
}
/** As it is in a file: what is undefined is not there. */
const asWritten = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('a text', () => {
  test('that is the document of a run gives all of it back', () => {
    expect(asWritten(readResults(JSON.stringify(result, undefined, 2)))).toEqual({
      results: [asWritten(result)],
      errors: [],
    })
  })

  test('that is of several projects gives each of them', () => {
    const projects = [
      { project: 'prod', ...result },
      { project: 'staging', ...result, run: null },
    ]
    expect(readResults(JSON.stringify({ projects }))).toMatchObject({
      results: [{ project: 'prod' }, { project: 'staging', run: null }],
    })
  })

  test('that is a log gives its results, and why a run had none', () => {
    const now = new Date(0)
    const log = [
      'Sandbox: an emulated cloud on this computer',
      toJsonLine({ type: 'run-started', run: 'abcd2345', images: ['arm'] }, now),
      toJsonLine({ type: 'result', ...result }, now),
      '{"level": "info", "from": "another program"',
      toJsonLine({ type: 'error', problems: [{ code: 'token', message: 'refused' }] }, now),
      '',
    ]
    expect(asWritten(readResults(log.join('\n')))).toEqual({
      results: [asWritten(result)],
      errors: [{ code: 'token', message: 'refused' }],
    })
    // One line alone is a whole document as well.
    expect(readResults(log[2] ?? '')).toMatchObject({ results: [{ run: 'abcd2345' }] })
  })

  test('that is the document of an error gives it, whatever its code', () => {
    const problems = [{ code: 'of-a-newer-version', message: 'no' }]
    expect(readResults(JSON.stringify({ error: { problems } }))).toEqual({
      results: [],
      errors: [{ code: 'api', message: 'no' }],
    })
  })

  test.each([
    ['', 'is empty'],
    ['[]', 'holds no result of a build: run is missing'],
    ['{}', 'holds no result of a build: run is missing'],
    ['{"type":"plan"}', 'holds no result of a build'],
    ['error: this failed', 'holds no result of a build'],
    ['{"type":"result"}', 'holds no result of a build: run is missing'],
    ['{"projects":[{}]}', 'holds no result of a build: projects.0.run is missing'],
    [
      JSON.stringify({ ...result, snapshots: [{ id: 'no' }] }),
      'holds no result of a build: snapshots.0.id is "no", not number',
    ],
  ])('%j is said to be none', (text, message) => {
    expect(readResults(text)).toEqual(expect.stringContaining(message))
  })
})
