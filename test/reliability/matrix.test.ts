/** Every fault at every moment of a build: nothing left behind unnamed, no wrong snapshot, the right exit code. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { describe, expect, it } from 'vitest'
import { testSandbox } from '../support/sandbox.ts'
import { factoryDisk } from '../unit/run/fixture.ts'
import { createCases, type FaultCase } from './cases.ts'
import { toMoments } from './moments.ts'
import { writeReport } from './report.ts'
import { runTrial, type Trial } from './trial.ts'

/** Most of a trial is waiting, so there are more of them at once than there are cores. */
const AT_ONCE = 4
const MOST_TRIES = 3
const HOUR_MS = 3_600_000

/** Only cases whose rule holds this text; for looking into one. */
const ONLY = process.env.ONLY ?? ''

describe('a build with faults', () => {
  it('leaves nothing behind that it does not name, and no wrong snapshot', { timeout: HOUR_MS }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'talos-image-reliability-'))
    try {
      const started = Date.now()
      const free = Array.from({ length: AT_ONCE }, (_, index) => join(folder, `state-${index}`))
      const clean = await runTrial(join(folder, 'state-0'), undefined)
      const disk = await readFactoryDisk(join(folder, 'state-0'))
      expect(clean).toMatchObject({ built: true, exitCode: 0, leftovers: [], defects: [] })
      const cases = createCases(toMoments(clean.requests)).filter(({ rule }) => rule.includes(ONLY))
      const limit = pLimit(AT_ONCE)
      const trials = await Promise.all(
        cases.map((fault) =>
          limit(async () => {
            const stateDir = free.pop()
            if (stateDir === undefined) throw new Error('more trials at once than there are folders')
            try {
              return await tell(runUntilItOccurs(stateDir, disk, fault), fault)
            } finally {
              free.push(stateDir)
            }
          }),
        ),
      )
      if (ONLY === '') await writeReport(trials, Date.now() - started)
      expect(trials.flatMap(({ fault, defects }) => defects.map((defect) => `${fault?.rule}: ${defect}`))).toEqual([])
      // A fault that never occurred proves nothing.
      const missed = trials.filter(({ occurrences }) => occurrences === 0).map(({ fault }) => fault?.rule)
      expect(missed).toEqual([])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

/** With deadlines as short as these, a busy machine can end a build before its fault comes: then it is tried again. */
async function runUntilItOccurs(stateDir: string, disk: Buffer, fault: FaultCase): Promise<Trial> {
  for (let tries = 1; ; tries++) {
    const trial = await runTrial(stateDir, disk, fault)
    if (trial.occurrences > 0 || trial.defects.length > 0 || tries === MOST_TRIES) return trial
  }
}

async function readFactoryDisk(stateDir: string): Promise<Buffer> {
  await using sandbox = await testSandbox({ stateDir })
  return await factoryDisk(sandbox)
}

/** In a run of ten minutes, silence looks like a hang. */
async function tell(trial: Promise<Trial>, { rule }: FaultCase): Promise<Trial> {
  const began = Date.now()
  const done = await trial
  const outcome = done.built ? 'built' : `exit ${done.exitCode}`
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  process.stdout.write(
    `${seconds.padStart(5)} s  ${outcome.padEnd(7)} ${rule}${done.defects.map((d) => `\n  !! ${d}`).join('')}\n`,
  )
  return done
}
