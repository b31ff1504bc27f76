import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { toEventRecord, toJsonLine } from '../../../src/report/event-record.ts'
import type { BuildEvent } from '../../../src/run/events.ts'
import { BuildLine } from '../../support/build-line.ts'

const PLACEMENT = { serverType: 'cax11', location: 'fsn1', diskGb: 40, pricePerHour: undefined }
const NOW = new Date('2026-11-22T21:07:05.123Z')

test('docs/output.md has a row for each type, with its fields', async () => {
  const rows = (await readFile(new URL('../../../docs/output.md', import.meta.url), 'utf8')).split('\n')
  for (const { entries } of BuildLine.options) {
    const { time, type, ...fields } = entries
    const row = rows.find((line) => line.startsWith('| `') && line.split('|')[1]?.includes(`\`${type.literal}\``))
    expect(row, type.literal).toBeDefined()
    // Those of these two are described elsewhere in the document.
    if (type.literal === 'plan' || type.literal === 'result') continue
    for (const field of Object.keys(fields)) expect(row).toContain(`\`${field}\``)
  }
})

describe('an event as a line of JSON', () => {
  test.each<[BuildEvent, Record<string, unknown>]>([
    [
      { type: 'run-started', run: 'abcd2345', images: ['arm'] },
      { run: 'abcd2345', images: ['arm'] },
    ],
    [
      { type: 'image-existing', image: 'arm', snapshot: 5 },
      { image: 'arm', snapshot: { id: 5 } },
    ],
    [
      { type: 'step-started', image: 'arm', step: 'boot' },
      { image: 'arm', step: 'boot' },
    ],
    [
      { type: 'step-finished', image: 'arm', step: 'boot', ms: 1249 },
      { image: 'arm', step: 'boot', seconds: 1.2 },
    ],
    [
      { type: 'progress', image: 'arm', step: 'write', bytes: 5, totalBytes: undefined },
      { image: 'arm', step: 'write', bytes: 5, totalBytes: null },
    ],
    [
      { type: 'server-created', image: 'arm', name: 'talos-image-abcd2345-arm', placement: PLACEMENT, ipv4: true },
      {
        image: 'arm',
        name: 'talos-image-abcd2345-arm',
        placement: { ...PLACEMENT, pricePerHour: null },
        ipv4: true,
      },
    ],
    [
      { type: 'placement-failed', image: 'arm', placement: PLACEMENT, code: 'stock', reason: 'no', last: true },
      { image: 'arm', placement: { ...PLACEMENT, pricePerHour: null }, code: 'stock', reason: 'no', last: true },
    ],
    [
      { type: 'note', text: 'x' },
      { image: null, text: 'x' },
    ],
    [
      { type: 'note', image: 'arm', text: 'x' },
      { image: 'arm', text: 'x' },
    ],
    [
      { type: 'image-built', image: 'arm', snapshot: 5, ms: 61_000 },
      { image: 'arm', snapshot: { id: 5 }, seconds: 61 },
    ],
    [
      { type: 'image-failed', image: 'arm', problem: { code: 'api', message: 'no', hint: 'wait' }, ms: 100 },
      { image: 'arm', error: { code: 'api', message: 'no', hint: 'wait' }, seconds: 0.1 },
    ],
    [{ type: 'removing', name: 'server 5' }, { name: 'server 5' }],
    [{ type: 'removed', name: 'server 5' }, { name: 'server 5' }],
    [
      { type: 'leftover', leftover: { name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' } },
      { name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' },
    ],
  ])('%j', (event, fields) => {
    const line = toJsonLine(toEventRecord(event), NOW)
    expect(JSON.parse(line)).toEqual({ time: '2026-11-22T21:07:05.123Z', type: event.type, ...fields })
    expect(line).not.toContain('\n')
    v.parse(BuildLine, JSON.parse(line))
  })
})
