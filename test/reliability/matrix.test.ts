/** Every fault at every moment of a build: nothing left behind unnamed, no wrong snapshot, the right exit code. */

import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { describe, expect, it } from 'vitest'
import type { Timeouts } from '../../src/run/timeouts.ts'
import { testSandbox } from '../support/sandbox.ts'
import { factoryDisk } from '../unit/run/fixture.ts'
import { createBootCases, createCases, type FaultCase } from './cases.ts'
import { toMoments } from './moments.ts'
import { writeChances, writeReport } from './report.ts'
import { BOOTED_VERSION, PATIENT, runTrial, type Trial, timeoutsFor } from './trial.ts'

/** Most of a trial is waiting, so there are more of them at once than there are cores. */
const AT_ONCE = 6
const MOST_TRIES = 3
const HOUR_MS = 3_600_000

/** How many builds there are whose actions fail by chance, and how many percent of the actions. */
const BUILDS = 100
const SHARE = 5
/** Of the first of them; the next ones count up from it. It is printed, and SEED repeats it. */
const SEED = Number(process.env.SEED ?? randomInt(1e9))

/** Only cases whose rule holds this text; for looking into one. */
const ONLY = process.env.ONLY ?? ''

describe('a build with faults', () => {
  it('leaves nothing behind that it does not name, and no wrong snapshot', { timeout: HOUR_MS }, async () => {
    await using folders = await openFolders()
    const started = Date.now()
    const { clean, booted, disk, bootedDisk } = folders
    expect(clean).toMatchObject({ built: true, exitCode: 0, leftovers: [], defects: [] })
    expect(booted).toMatchObject({ built: true, exitCode: 0, leftovers: [], defects: [] })
    const moments = toMoments(clean.requests)
    const cases = [...createCases(moments), ...createBootCases(toMoments(booted.requests), moments)].filter(
      ({ kind, rule }) => `${kind} ${rule}`.includes(ONLY),
    )
    const trials = await folders.runAll(cases, (stateDir, fault) =>
      runUntilItOccurs(stateDir, fault.bootTest === undefined ? disk : bootedDisk, fault, timeoutsFor(folders.cleanMs)),
    )
    if (ONLY === '') await writeReport(trials, Date.now() - started)
    expect(findDefects(trials)).toEqual([])
    // A fault that never occurred proves nothing.
    const missed = trials.filter(({ occurrences }) => occurrences === 0).map(({ fault }) => fault?.rule)
    expect(missed).toEqual([])
  })

  it('gets over actions that fail by chance', { timeout: HOUR_MS, skip: ONLY !== '' }, async () => {
    await using folders = await openFolders()
    const { disk } = folders
    const cases = Array.from({ length: BUILDS }, (_, index): FaultCase => {
      const chance = `chance=${SHARE}% seed=${(SEED + index) % 1e9}`
      return { kind: 'action: by chance', rule: `action * fail code=unknown_error ${chance}`, passes: true }
    })
    const trials = await folders.runAll(cases, (stateDir, fault) => runTrial(stateDir, disk, fault, PATIENT))
    await writeChances(trials, SHARE, SEED)
    expect(findDefects(trials)).toEqual([])
    expect(trials.filter(({ built }) => built).length).toBeGreaterThanOrEqual(BUILDS - 1)
  })
})

const findDefects = (trials: readonly Trial[]): string[] =>
  trials.flatMap(({ fault, defects }) => defects.map((defect) => `${fault?.rule}: ${defect}`))

/** Folders for the states of sandboxes, in one of which a build without faults has run. */
async function openFolders() {
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-reliability-'))
  const free = Array.from({ length: AT_ONCE }, (_, index) => join(folder, `state-${index}`))
  const first = join(folder, 'state-0')
  // The first one loads the code and makes the image; the second one is measured.
  await runTrial(first, undefined, undefined, PATIENT)
  const began = Date.now()
  const clean = await runTrial(first, undefined, undefined, PATIENT)
  const cleanMs = Date.now() - began
  const booted = await runTrial(first, undefined, undefined, PATIENT, 'passes')
  const disk = await readFactoryDisk(first)
  const bootedDisk = await readFactoryDisk(first, BOOTED_VERSION)
  const limit = pLimit(AT_ONCE)
  const runOne = async (fault: FaultCase, run: (stateDir: string, fault: FaultCase) => Promise<Trial>) => {
    const stateDir = free.pop()
    if (stateDir === undefined) throw new Error('more trials at once than there are folders')
    try {
      return await tell(run(stateDir, fault), fault)
    } finally {
      free.push(stateDir)
    }
  }
  return {
    clean,
    booted,
    cleanMs,
    disk,
    bootedDisk,
    runAll: (cases: readonly FaultCase[], run: Parameters<typeof runOne>[1]): Promise<Trial[]> =>
      Promise.all(cases.map((fault) => limit(() => runOne(fault, run)))),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** With deadlines as short as these, a busy machine can end a build before its fault comes: then it is tried again. */
async function runUntilItOccurs(stateDir: string, disk: Buffer, fault: FaultCase, timeouts: Timeouts): Promise<Trial> {
  for (let tries = 1; ; tries++) {
    const trial = await runTrial(stateDir, disk, fault, timeouts)
    if (trial.occurrences > 0 || trial.defects.length > 0 || tries === MOST_TRIES) return trial
  }
}

async function readFactoryDisk(stateDir: string, version?: string): Promise<Buffer> {
  await using sandbox = await testSandbox({ stateDir })
  return await factoryDisk(sandbox, 'amd64', version)
}

/** In a run of ten minutes, silence looks like a hang. */
async function tell(trial: Promise<Trial>, { rule, passes }: FaultCase): Promise<Trial> {
  const began = Date.now()
  const done = await trial
  const outcome = done.built ? 'built' : `exit ${done.exitCode}`
  const why = done.built || !passes ? '' : `\n         ${done.why.slice(0, 300)}`
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  process.stdout.write(
    `${seconds.padStart(5)} s  ${outcome.padEnd(7)} ${rule}${why}${done.defects.map((d) => `\n  !! ${d}`).join('')}\n`,
  )
  return done
}
