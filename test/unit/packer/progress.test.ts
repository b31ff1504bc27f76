import { expect, it } from 'vitest'
import type { Architecture } from '../../../src/domain.ts'
import { ProgressTracker } from '../../../src/packer/progress.ts'
import type { BuildEvent } from '../../../src/run/events.ts'
import { systemClock } from '../../../src/util/clock.ts'

function follow(lines: readonly string[], known: Readonly<Record<string, Architecture>> = { 'hcloud.a': 'arm' }) {
  const events: BuildEvent[] = []
  let now = 0
  const progress = new ProgressTracker({
    clock: { ...systemClock, now: () => now++ },
    emit: (event) => events.push(event),
    imageOf: (architecture) => (architecture === 'arm' ? 'arm' : undefined),
    architectureOf: (target) => known[target],
    architectureAt: (address) => (address === '192.0.2.1' ? 'arm' : undefined),
  })
  for (const line of lines) progress.onLine(line)
  const steps = events.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type))
  return { progress, events, steps }
}

const say = (text: string, target = 'hcloud.a'): string => `1,,ui,say,==> ${target}: ${text}`

it('tells the steps, and how much is downloaded', () => {
  const { steps, events } = follow([
    say('Creating temporary ssh key for server...'),
    say('Creating server...'),
    say('Enabling Rescue Mode...'),
    say('Using ssh communicator to connect: 192.0.2.1'),
    say('Connected to SSH!'),
    say('Length: 1000 (1K) [application/x-xz]'),
    say('    50K .......... .......... .......... .......... ..........  5% 6.93M 1s'),
    say('   100K .......... .......... .......... .......... ..........  5% 6.93M 1s'),
    say('   150K .......... .....                                     100% 15.9M=0.2s'),
    say('Shutting down server...'),
    say('Creating snapshot ...'),
    say('Destroying server...'),
    "1,,ui,say,Build 'hcloud.a' finished after 1 second.",
  ])
  expect(steps).toEqual([
    'step-started server',
    'step-finished server',
    'step-started boot',
    'step-finished boot',
    'step-started write',
    'progress write',
    'progress write',
    'step-finished write',
    'step-started snapshot',
    'step-finished snapshot',
    'step-started clean-up',
    'step-finished clean-up',
  ])
  expect(events.filter(({ type }) => type === 'progress')).toMatchObject([
    { bytes: 50, totalBytes: 1000 },
    { bytes: 1000, totalBytes: 1000 },
  ])
})

it('never says that a step was finished which failed', () => {
  const { steps, progress } = follow([
    say('Connected to SSH!'),
    say('ERROR 404: Not Found.'),
    say('Destroying server...'),
    "1,,ui,error,Build 'hcloud.a' errored after 1 second: Script exited with 8",
    '1,hcloud.a,error,Script exited with 8',
  ])
  expect(steps).toEqual(['step-started write', 'step-started clean-up'])
  expect(progress.targets).toMatchObject([
    { target: 'hcloud.a', architecture: 'arm', error: 'Script exited with 8', lastLines: expect.any(Array) },
  ])
  expect(progress.targets[0]?.lastLines).toContain('ERROR 404: Not Found.')
})

it('learns by the address of the server which image a target makes', () => {
  const { steps } = follow([
    say('Creating server...', 'hcloud.b'),
    say('Using ssh communicator to connect: 192.0.2.1', 'hcloud.b'),
    say('Connected to SSH!', 'hcloud.b'),
  ])
  expect(steps).toContain('step-started write')
  expect(steps).not.toContain('step-started server')
})

it('keeps the last lines only, and none of the dots', () => {
  const dots = say('   100K .......... .......... .......... .......... ..........  5% 6.93M 1s')
  const { progress } = follow([...Array.from({ length: 9 }, (_, index) => say(`line ${index}`)), dots, dots])
  expect(progress.targets[0]?.lastLines).toEqual(['line 4', 'line 5', 'line 6', 'line 7', 'line 8'])
})

it('keeps snapshots by their target, and errors that are of none', () => {
  const { progress } = follow([
    '1,hcloud.a,artifact,0,id,7',
    '1,hcloud.a,artifact,0,id,7',
    '1,,ui,error,Error: bad template',
  ])
  expect([...(progress.targets[0]?.snapshots ?? [])]).toEqual([7])
  expect(progress.errors).toEqual(['Error: bad template'])
})
