import { expect, test } from 'vitest'
import { formatGantt } from '../../../../src/cli/render/gantt.ts'
import type { Timeline } from '../../../../src/report/timeline.ts'
import { timeline } from './timeline-fixture.ts'

test('Mermaid gets a section for each image that was built, and a task for each step', () => {
  expect(formatGantt(timeline())).toBe(`gantt
    dateFormat YYYY-MM-DD HH:mm:ss.SSS
    axisFormat %M:%S
    tickInterval 30second
    todayMarker off
    section arm
    creating the build server :2001-01-01 00:00:00.000, 2500ms
    writing the disk (failed) :crit, 2001-01-01 00:00:02.500, 60000ms
    writing the disk (interrupted) :active, 2001-01-01 00:01:02.500, 30000ms
`)
})

test('a run of hours has hours on its axis, one without steps no chart', () => {
  expect(formatGantt({ ...timeline(), seconds: 7200 })).toContain('axisFormat %H:%M:%S\n    tickInterval 1800second\n')
  expect(formatGantt({ ...timeline(), images: [] })).toBe('')
})

test.each([
  'a\n    click a href "javascript:alert(1)"',
  'a\r\nsection b',
  'a:crit, 2001-01-01, 1d',
  'a #lt;img src=x onerror=alert(1)#gt; <img src=x>',
  'a %% b %%{init: {"securityLevel": "loose"}}%%',
  'a;b',
  '```\n\n<script>alert(1)</script>\n',
  'a\u2028section b\u202e',
])('words of others begin nothing: %j', (image) => {
  const hostile: Timeline = { ...timeline(), images: timeline().images.map((one) => ({ ...one, image })) }
  const lines = formatGantt(hostile).split('\n')
  expect(lines).toHaveLength(formatGantt(timeline()).split('\n').length)
  expect(lines.filter((line) => line.startsWith('    section '))).toEqual([
    expect.stringMatching(/^ {4}section a?[\w ./-]*$/),
  ])
})
