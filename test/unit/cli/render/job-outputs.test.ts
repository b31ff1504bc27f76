import { expect, test } from 'vitest'
import { buildOutputs, formatOutputs } from '../../../../src/cli/render/job-outputs.ts'
import type { ResultDocument, ResultSnapshot } from '../../../../src/report/result.ts'
import { readOutputs } from '../../../support/github-job.ts'

test('a value may be anything, and no other output comes out of it', () => {
  const outputs = { one: 'a\nb=c\ntwo<<x\n', two: '', three: 'end-\n end-1', four: '=<<' }
  expect(readOutputs(formatOutputs(outputs, 'end-1'))).toEqual(outputs)
})

test('one installer is named when all images have it', () => {
  const snapshot: ResultSnapshot = {
    image: 'arm',
    id: 1,
    description: 'd',
    labels: {},
    architecture: 'arm',
    role: null,
    version: 'v1.13.9',
    created: '2026-11-01T00:00:00Z',
    sizeGb: 0.1,
    diskGb: 40,
    protected: false,
    schematic: null,
    bootTested: null,
    bootTest: null,
    installer: 'a/installer:v1',
    status: 'built',
    selector: 'os=talos,!role',
    source: { kind: 'url', from: 'https://example.com/x.raw' },
    verified: true,
    sourceSha256: null,
    hostProof: null,
    disk: null,
    seconds: 1,
  }
  const existing: ResultSnapshot = { ...snapshot, id: 2, architecture: 'x86', role: 'worker', status: 'existing' }
  const results = (...snapshots: ResultSnapshot[]): ResultDocument[] => [
    {
      run: 'r',
      talosVersion: 'v1.13.9',
      snapshots,
      failed: [],
      leftovers: [{ name: 'server x', command: 'c', reason: 'r' }],
    },
  ]
  expect(buildOutputs(results(snapshot, existing))).toMatchObject({
    ids: '{"arm":1,"x86 worker":2}',
    installer: 'a/installer:v1',
    changed: 'true',
    built: '1',
    existing: '1',
    failed: '0',
    'left-behind': '1',
  })
  expect(buildOutputs(results(snapshot, { ...existing, installer: 'b' })).installer).toBe('')
  expect(buildOutputs(results({ ...snapshot, installer: null })).installer).toBe('')
  expect(buildOutputs(results(existing)).changed).toBe('false')
  expect(buildOutputs(results()).installer).toBe('')
})
