import { describe, expect, test } from 'vitest'
import { toProjectEvent } from '../../../../src/cli/build-view.ts'
import { exitCodeOfRun } from '../../../../src/cli/exit-codes.ts'
import { createBoard, updateBoard } from '../../../../src/cli/render/board.ts'
import { boardLines } from '../../../../src/cli/render/board-lines.ts'
import { NO_PAINT } from '../../../../src/cli/render/paint.ts'
import { formatPlan } from '../../../../src/cli/render/plan.ts'
import { findFailures, findLeftovers, formatInterrupted, formatSummary } from '../../../../src/cli/render/summary.ts'
import type { Problem } from '../../../../src/errors.ts'
import type { ProjectPlan } from '../../../../src/plan/plan-projects.ts'
import { type ProjectResult, toProjectResult, toUnbegun } from '../../../../src/report/projects.ts'
import { toResultDocument } from '../../../../src/report/result.ts'
import type { BuildEvent } from '../../../../src/run/events.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan, snapshotOf } from '../../report/fixture.ts'

const plan = rolesPlan({ roles: [undefined] })
const [arm, x86] = [imageAt(plan, 0), imageAt(plan, 1)]
const IMAGES = { images: ['arm', 'x86'], talosVersion: 'v1.12.2' }
const REFUSED: Problem = { code: 'token', message: 'refused', hint: 'make another' }

const inProject = (project: string, ...images: Parameters<typeof result>): ProjectResult =>
  toProjectResult(toResultDocument(result(...images), 'v1.12.2', FACTORY), { project, variable: 'T' })

describe('a plan for several projects', () => {
  const show = (...projects: ProjectPlan[]) => formatPlan({ ...IMAGES, projects, warnings: [] })

  test('says once what is the same, apart what is not, and the sum', () => {
    const old = { ...plan, images: [{ ...arm, existing: snapshotOf(arm, 42) }, x86] }
    const text = show(
      { project: 'one', plan },
      { project: 'two', plan: old },
      { project: 'three', plan },
      { project: 'four', problems: [REFUSED] },
    )
    expect(text).toMatch(/^Plan: Talos v1\.12\.2, 2 images in each of 4 projects\n\nIn one, three:\n {2}arm: build/)
    expect(text).toContain('In two:\n  arm: skip, snapshot 42 is the same')
    expect(text).toContain('In four:\n  nothing: refused\n')
    const each = plan.cost.build ?? Number.NaN
    expect(text).toContain(`Estimated cost, net: ${(3 * each).toFixed(4)} EUR for the build servers`)
  })

  test('has a sum for each currency, and no cost when nothing is built', () => {
    const dollars = { ...plan, cost: { ...plan.cost, currency: 'USD', build: undefined } }
    const text = show({ project: 'one', plan }, { project: 'two', plan: dollars })
    expect(text.match(/^Estimated cost.*$/gm)).toEqual([
      expect.stringContaining(' EUR for the build servers'),
      expect.stringContaining('unknown for the build servers'),
    ])
    const images = [{ ...arm, existing: snapshotOf(arm, 42) }]
    expect(show({ project: 'one', plan: { ...plan, images } })).not.toContain('cost')
  })
})

describe('what a run in several projects came to', () => {
  test('is a table with the projects, and the text for Terraform once', () => {
    const projects = [
      inProject('prod', built(arm, 1), built(x86, 2)),
      inProject('dev', existing(arm, 3), failed(x86)),
      toUnbegun({ project: 'no', problems: [REFUSED] }, IMAGES),
    ]
    const text = formatSummary(projects)
    expect(text).toMatch(
      /^PROJECT {2}ID {2}ARCH .*\nprod {5}1 {3}arm .*\nprod {5}2 {3}x86 .*\ndev {6}3 {3}arm .* existing .*\n\n/,
    )
    expect(text.match(/data "hcloud_image"/g)).toHaveLength(2)
    expect(formatSummary([toUnbegun({ project: 'no', problems: [REFUSED] }, IMAGES)])).toBe('')
  })

  test('fits a narrow terminal', () => {
    const [table = ''] = formatSummary([inProject('prod', built(arm, 400_000_001))], 30).split('\n\n')
    expect(table).toContain('prod')
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(30)
  })

  test('names failures that are alike together, and a project that has nothing by its name alone', () => {
    const projects = [
      inProject('prod', built(arm, 1), failed(x86)),
      inProject('dev', failed(arm), failed(x86)),
      toUnbegun({ project: 'no', problems: [REFUSED, { code: 'api', message: 'and more' }] }, IMAGES),
    ]
    expect(findFailures(projects)).toEqual([
      { code: 'stock', message: 'prod/x86, dev: nothing in stock', hint: 'wait' },
      { ...REFUSED, message: 'no: refused' },
      { code: 'api', message: 'no: and more', hint: expect.stringContaining('--debug-log') },
    ])
    expect(exitCodeOfRun(projects)).toBe(3)
    expect(exitCodeOfRun(projects.slice(1))).toBe(1)
    expect(exitCodeOfRun([inProject('a', built(arm, 1)), inProject('b', existing(arm, 2))])).toBe(0)
  })

  test('says what was stopped', () => {
    const problem = { code: 'interrupted', message: 'interrupted' } as const
    const stopped = { image: x86, status: 'failed', problem, ms: 1 } as const
    const projects = [inProject('prod', built(arm, 1), stopped), inProject('dev', stopped)]
    expect(formatInterrupted(projects)).toBe('Interrupted: not built: prod/x86, dev. Nothing is left behind.\n')
    expect(formatInterrupted([])).toBe('')
    expect(findFailures(projects)).toEqual([])
  })

  test.each([
    ['hcloud server delete s', 'T', 'HCLOUD_TOKEN="$T" hcloud server delete s'],
    ['talos-image cleanup --run abcd2345', 'T', 'talos-image cleanup --run abcd2345 --project prod=T'],
    ['hcloud a && hcloud b', 'T', 'HCLOUD_TOKEN="$T" hcloud a && HCLOUD_TOKEN="$T" hcloud b'],
    [
      'hcloud a && talos-image cleanup --run abcd2345',
      'T',
      'HCLOUD_TOKEN="$T" hcloud a && talos-image cleanup --run abcd2345 --project prod=T',
    ],
    ['hcloud server delete s', undefined, 'talos-image cleanup --run abcd2345 --project prod --sandbox'],
  ])('removes what stays, %s, with the token %s', (command, variable, expected) => {
    const left = { ...result(built(arm, 1)), leftovers: [{ name: 'server s', command, reason: 'it stays' }] }
    const document = toProjectResult(toResultDocument(left, 'v1.12.2', FACTORY), { project: 'prod', variable })
    expect(findLeftovers([document])).toEqual([
      { code: 'api', message: 'prod: server s could not be removed: it stays', hint: `remove it: \`${expected}\`` },
    ])
    expect(exitCodeOfRun([document, inProject('dev', failed(arm))])).toBe(4)
  })
})

describe('events of several projects', () => {
  const START: BuildEvent = { type: 'run-started', run: 'abcd2345', images: ['arm', 'x86 worker'] }
  const NOTE: BuildEvent = { type: 'note', text: 'slow' }

  test('say whose they are', () => {
    expect(toProjectEvent('prod', START)).toMatchObject({
      run: 'abcd2345 in prod',
      images: ['prod/arm', 'prod/x86 worker'],
    })
    expect(toProjectEvent('prod', NOTE)).toMatchObject({ text: 'prod: slow' })
    expect(toProjectEvent('prod', { ...NOTE, image: 'arm' })).toMatchObject({ image: 'prod/arm', text: 'slow' })
    expect(toProjectEvent('prod', { type: 'removed', name: 'server 1' })).toMatchObject({ name: 'server 1 in prod' })
  })

  test('share one board, whose rows are told apart, and cut on a narrow terminal', () => {
    const events: readonly [string, BuildEvent][] = [
      ['prod', START],
      ['dev', START],
      ['prod', { type: 'image-existing', image: 'arm', snapshot: 7 }],
      ['dev', { type: 'step-started', image: 'arm', step: 'boot' }],
    ]
    const board = events.reduce((before, [project, event], index) => {
      return updateBoard(before, toProjectEvent(project, event), index * 1000)
    }, createBoard())
    expect(board.beganMs).toBe(0)
    const look = { ascii: true, paint: NO_PAINT }
    const [first = '', second, third, fourth, last] = boardLines(board, 3000, { ...look, columns: 80 })
    expect(first).toBe('+ prod/arm         exists already: snapshot 7')
    expect(second).toContain('prod/x86 worker')
    expect(third).toMatch(/^. dev\/arm +booting the rescue system/)
    expect(fourth).toContain('dev/x86 worker')
    expect(last).toContain('1 of 4 done')
    // A terminal of five lines: those that go on first, then what is to come; the last line is the cursor's.
    expect(boardLines(board, 3000, { ...look, columns: 80, lines: 5 })).toEqual([
      expect.stringContaining('prod/x86 worker'),
      expect.stringContaining('dev/arm'),
      '  ~ 2 more: 1 waiting, 1 done',
      expect.stringContaining('1 of 4 done'),
    ])
    for (const line of boardLines(board, 3000, { ...look, columns: 20 })) expect(line.length).toBeLessThanOrEqual(20)
  })
})
