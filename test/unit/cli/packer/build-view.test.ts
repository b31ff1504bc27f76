import { describe, expect, test } from 'vitest'
import { openPackerBuildView } from '../../../../src/cli/packer/build-view.ts'
import { createPackerUi, formatPackerDuration, type PackerUiOptions } from '../../../../src/cli/packer/ui.ts'
import { chooseImages } from '../../../../src/plan/choose-images.ts'
import { createPlan } from '../../../../src/plan/create-plan.ts'
import type { BuildEvent } from '../../../../src/run/events.ts'
import { facts, planRequest } from '../../plan/fixture.ts'
import { testIo } from '../fixture.ts'

const NOW = new Date('2026-11-22T21:07:05Z')
const ARM = 'hcloud.talos-arm'
const X86 = 'hcloud.talos-x86'

/** What is printed of a run with these events; each of which takes a second. */
function show(options: Partial<PackerUiOptions>, events: readonly BuildEvent[], isInterrupted = false): string[] {
  const io = testIo()
  const request = planRequest()
  const plan = createPlan(request, chooseImages(request).images, [], facts())
  const images = plan.images.map((image) => ({ ...image, build: `hcloud.talos-${image.architecture}` }))
  const planned = {
    talosVersion: plan.talosVersion,
    images: [],
    warnings: [],
    projects: [{ project: undefined, plan: { ...plan, images } }],
  }
  const ui = createPackerUi(io, { machine: false, colors: false, timestamps: false, ...options }, () => NOW)
  let seconds = 0
  const view = openPackerBuildView(ui, planned, () => {
    seconds += 1
    return new Date(NOW.getTime() + seconds * 1000)
  })
  for (const event of events) view.onEvent(undefined, event)
  view.close()
  view.finish(isInterrupted)
  return io.results.join('').split('\n').slice(0, -1)
}

const PROBLEM = { code: 'write', message: 'no, and no', hint: 'do\nsomething' } as const
const EVENTS: readonly BuildEvent[] = [
  { type: 'run-started', run: 'abcd2345', images: ['arm', 'x86'] },
  { type: 'step-started', image: 'arm', step: 'server' },
  { type: 'note', image: 'x86', text: 'once more, please' },
  { type: 'image-built', image: 'arm', snapshot: 5, ms: 61_002 },
  { type: 'image-failed', image: 'x86', problem: PROBLEM, ms: 1500 },
  { type: 'removed', name: 'SSH key 7' },
]

describe('a build is shown as Packer 1.6.6 and 1.16 do', () => {
  test('to people', () => {
    expect(show({}, EVENTS)).toEqual([
      `==> ${ARM}: Creating the build server ...`,
      `==> ${X86}: Once more, please`,
      `Build '${ARM}' finished after 1 minute 1 second.`,
      `Build '${X86}' errored after 1 second 500 milliseconds: no, and no; do something`,
      '==> Removed SSH key 7',
      '',
      expect.stringMatching(/^==> Wait completed after \d+ seconds?$/),
      '',
      "==> Some builds didn't complete successfully and had errors:",
      `--> ${X86}: no, and no; do something`,
      '',
      '==> Builds finished. The artifacts of successful builds are:',
      `--> ${ARM}: A snapshot was created: 'Talos Linux v1.12.2 ARM by hcloud-talos' (ID: 5)`,
    ])
  })

  test('to programs', () => {
    const at = String(NOW.getTime() / 1000)
    const text = "A snapshot was created: 'Talos Linux v1.12.2 ARM by hcloud-talos' (ID: 5)"
    expect(show({ machine: true, colors: true }, EVENTS)).toEqual([
      `${at},,ui,say,==> ${ARM}: Creating the build server ...`,
      `${at},,ui,say,==> ${X86}: Once more%!(PACKER_COMMA) please`,
      `${at},,ui,say,Build '${ARM}' finished after 1 minute 1 second.`,
      `${at},,ui,error,Build '${X86}' errored after 1 second 500 milliseconds: no%!(PACKER_COMMA) and no; do something`,
      `${at},,ui,say,==> Removed SSH key 7`,
      expect.stringMatching(/^\d+,,ui,say,\\n==> Wait completed after \d+ seconds?$/),
      `${at},,error-count,1`,
      `${at},,ui,error,\\n==> Some builds didn't complete successfully and had errors:`,
      `${at},${X86},error,no%!(PACKER_COMMA) and no; do something`,
      `${at},,ui,error,--> ${X86}: no%!(PACKER_COMMA) and no; do something`,
      `${at},,ui,say,\\n==> Builds finished. The artifacts of successful builds are:`,
      `${at},${ARM},artifact-count,1`,
      `${at},${ARM},artifact,0,builder-id,hcloud.builder`,
      `${at},${ARM},artifact,0,id,5`,
      `${at},${ARM},artifact,0,string,${text}`,
      `${at},${ARM},artifact,0,files-count,0`,
      `${at},${ARM},artifact,0,end`,
      `${at},,ui,say,--> ${ARM}: ${text}`,
    ])
  })

  test('with a color for each build, and the time', () => {
    const [arm, x86, empty, ...lines] = show({ colors: true, timestamps: true }, EVENTS)
    const [bold, off] = ['\u001b[1m', '\u001b[0m']
    expect([arm, x86, empty]).toEqual([
      `${bold}\u001b[32m${ARM}: output will be in this color.${off}`,
      `${bold}\u001b[36m${X86}: output will be in this color.${off}`,
      '',
    ])
    const time = '2026-11-22T21:07:05Z: '
    expect(lines).toContain(`${bold}\u001b[36m${time}==> ${X86}: Once more, please${off}`)
    expect(lines).toContain(
      `${bold}\u001b[31m${time}Build '${X86}' errored after 1 second 500 milliseconds: no, and no; do something${off}`,
    )
    expect(lines).toContain('==> Removed SSH key 7')
  })

  test('without anything to build: what exists is the artifact', () => {
    expect(show({}, [{ type: 'image-existing', image: 'arm', snapshot: 9 }])).toEqual([
      `==> ${ARM}: The snapshot 9 has this content already: nothing is built.`,
      `Build '${ARM}' finished after 1 millisecond.`,
      ...['', expect.stringContaining('==> Wait completed'), ''],
      '==> Builds finished. The artifacts of successful builds are:',
      `--> ${ARM}: A snapshot was created: 'Talos Linux v1.12.2 ARM by hcloud-talos' (ID: 9)`,
    ])
  })

  test('when something is left behind, which counts as an error', () => {
    const leftover = { name: 'server 5', reason: 'locked', command: 'hcloud server delete 5' }
    const text = 'server 5 could not be removed: locked; remove it: `hcloud server delete 5`'
    const lines = show({}, [{ type: 'leftover', leftover }])
    expect(lines).toContain(`--> talos-image: ${text}`)
    expect(lines.at(-1)).toBe('==> Builds finished but no artifacts were created.')
  })

  test('when it was interrupted', () => {
    expect(show({}, [], true).slice(-1)).toEqual(['Cleanly cancelled builds after being interrupted.'])
  })
})

test.each([
  [0, '1 millisecond'],
  [999, '999 milliseconds'],
  [1000, '1 second'],
  [302_402, '5 minutes 2 seconds'],
  [3_600_001, '1 hour 1 millisecond'],
  [90_061_001, '1 day 1 hour'],
])('%i ms are %s', (ms, text) => expect(formatPackerDuration(ms)).toBe(text))
