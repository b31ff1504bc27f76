/** One build with one fault, and a judgement of all that is there afterwards. */

import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnsweredRequest } from 'hcloud-sandbox'
import { parseFaultFlag } from 'hcloud-sandbox'
import { exitCodeOf, exitCodeOfRun } from '../../src/cli/exit-codes.ts'
import { loadVariables } from '../../src/config/load.ts'
import { TalosImageError } from '../../src/errors.ts'
import { FACTORY_URL } from '../../src/factory/asset.ts'
import { createFactoryClient } from '../../src/factory/client.ts'
import { createHetznerClient } from '../../src/hetzner/client.ts'
import { plan } from '../../src/library/plan.ts'
import { toResultDocument } from '../../src/report/result.ts'
import { build } from '../../src/run/build.ts'
import type { BuildResult } from '../../src/run/result.ts'
import { findTemporary, removeTemporary } from '../../src/run/sweep.ts'
import type { Timeouts } from '../../src/run/timeouts.ts'
import type { Leftover } from '../../src/util/cleanup-scope.ts'
import { systemClock } from '../../src/util/clock.ts'
import { type CloudState, readCloudState } from '../support/cloud-state.ts'
import { type TestSandbox, testSandbox } from '../support/sandbox.ts'
import { planRequest } from '../unit/plan/fixture.ts'
import type { FaultCase } from './cases.ts'
import { createFastClock } from './fast-clock.ts'

/** How much faster the pauses of a build are. Its deadlines are not, save for those that its clock counts. */
const SPEED = 8

const TIMEOUTS: Timeouts = {
  actionMs: 2500,
  sshMs: 2500 * SPEED,
  bootLookMs: 500 * SPEED,
  commandMs: 2000,
  writeMs: 5000,
  silenceMs: 4000,
  verifyMs: 5000,
  snapshotMs: 2500,
  bootTestMs: 2500 * SPEED,
  settleMs: 600 * SPEED,
  removeMs: 5000,
}

/** How long a build without faults takes on a computer that has nothing else to do, in milliseconds; an upper bound. */
const QUIET_BUILD_MS = 2000
const MOST_SLOWNESS = 6

/** Deadlines for a computer on which a build without faults took so long. */
export function timeoutsFor(buildMs: number): Timeouts {
  const factor = Math.min(MOST_SLOWNESS, Math.max(1, buildMs / QUIET_BUILD_MS))
  const scale = (ms: number): number => Math.round(ms * factor)
  return {
    actionMs: scale(TIMEOUTS.actionMs),
    sshMs: scale(TIMEOUTS.sshMs),
    bootLookMs: scale(TIMEOUTS.bootLookMs),
    commandMs: scale(TIMEOUTS.commandMs),
    writeMs: scale(TIMEOUTS.writeMs),
    silenceMs: scale(TIMEOUTS.silenceMs),
    verifyMs: scale(TIMEOUTS.verifyMs),
    snapshotMs: scale(TIMEOUTS.snapshotMs),
    bootTestMs: scale(TIMEOUTS.bootTestMs),
    settleMs: TIMEOUTS.settleMs,
    removeMs: scale(TIMEOUTS.removeMs),
  }
}

/** For faults that make nothing hang: deadlines that a busy computer does not reach. */
export const PATIENT: Timeouts = {
  ...TIMEOUTS,
  actionMs: 30_000,
  sshMs: 30_000 * SPEED,
  bootLookMs: 20_000 * SPEED,
  commandMs: 30_000,
  writeMs: 30_000,
  verifyMs: 30_000,
  snapshotMs: 30_000,
  removeMs: 30_000,
}

/** A trial that takes longer hangs. */
const PATIENCE_MS = 120_000

export interface Trial {
  readonly fault: FaultCase | undefined
  /** How often the fault occurred. */
  readonly occurrences: number
  readonly exitCode: number
  /** Whether there is a snapshot. */
  readonly built: boolean
  /** Why there is none, in words. */
  readonly why: string
  readonly leftovers: readonly Leftover[]
  /** What must not be; empty when all is as promised. */
  readonly defects: readonly string[]
  readonly requests: readonly AnsweredRequest[]
}

/**
 * Builds one image in a sandbox of its own and judges the outcome.
 * @param stateDir the sandbox's; what the Factory made is kept for the next trial
 * @param disk what a right snapshot holds
 */
export async function runTrial(
  stateDir: string,
  disk: Buffer | undefined,
  fault: FaultCase | undefined,
  timeouts: Timeouts,
  bootTest = fault?.bootTest,
): Promise<Trial> {
  await rm(join(stateDir, 'cloud'), { recursive: true, force: true })
  let occurrences = 0
  const requests: AnsweredRequest[] = []
  const sandbox = await testSandbox({
    stateDir,
    faults: fault === undefined ? [] : [parseFaultFlag(fault.rule)],
    onFault: () => {
      occurrences += 1
    },
    onRequest: (request) => requests.push(request),
  })
  let outcome: Outcome
  let state: CloudState
  try {
    outcome = await withPatience(buildIn(sandbox, timeouts, bootTest))
    // Before the sandbox closes, which would tidy up what is half made.
    state = await readSettledState(stateDir)
  } finally {
    await sandbox.close()
  }
  const defects = [...outcome.defects, ...(await judge(stateDir, state, outcome, { disk, bootTest }))]
  return { fault, occurrences, requests, ...outcome, defects }
}

type Outcome = Pick<Trial, 'exitCode' | 'built' | 'why' | 'leftovers' | 'defects'>

async function buildIn(sandbox: TestSandbox, timeouts: Timeouts, bootTest: FaultCase['bootTest']): Promise<Outcome> {
  try {
    const result = await planAndBuild(sandbox, timeouts, bootTest !== undefined)
    return {
      exitCode: exitCodeOfRun([toResultDocument(result, '', FACTORY_URL)]),
      built: result.images.every(({ status }) => status === 'built'),
      why: result.images.map((image) => (image.status === 'failed' ? image.problem.message : '')).join(),
      leftovers: result.leftovers,
      defects: result.images.flatMap((image) =>
        image.status === 'failed' && image.problem.message.startsWith('unexpected') ? [image.problem.message] : [],
      ),
    }
  } catch (error) {
    const defects = error instanceof TalosImageError ? [] : [`it ended with ${error}`]
    return { exitCode: exitCodeOf(error), built: false, why: String(error), leftovers: [], defects }
  }
}

async function planAndBuild(sandbox: TestSandbox, timeouts: Timeouts, bootTest: boolean): Promise<BuildResult> {
  // A version that Talos tells.
  const vars = bootTest ? [`talos_version=${BOOTED_VERSION}`] : []
  const variables = await loadVariables({ directory: undefined, varFiles: [], vars, env: {}, cwd: '/' })
  const hetzner = createHetznerClient({
    token: sandbox.token,
    endpoint: sandbox.endpoint,
    timeoutMs: 700,
    // What waits for the refill of the rate limit would wait half a minute.
    clock: createFastClock(40),
    retry: { retries: 8, firstPauseMs: 20, longestPauseMs: 500 },
  })
  const factory = createFactoryClient({ url: sandbox.factoryUrl, firstPauseMs: 5, timeoutMs: 1500 })
  const made = await plan(planRequest({ variables, architectures: ['x86'], bootTest }), {
    hetzner,
    factory,
    signal: new AbortController().signal,
  })
  const { sshPort, talosPort } = sandbox
  return build({ hetzner, plan: made, sshPort, talosPort, timeouts, clock: createFastClock(SPEED) })
}

function withPatience(outcome: Promise<Outcome>): Promise<Outcome> {
  const gaveUp = new Promise<Outcome>((resolve) => {
    const hung = {
      exitCode: -1,
      built: false,
      why: 'it hung',
      leftovers: [],
      defects: [`it hung for ${PATIENCE_MS / 1000} s`],
    }
    setTimeout(() => resolve(hung), PATIENCE_MS).unref()
  })
  return Promise.race([outcome, gaveUp])
}

/** The state is written a moment after the last action has ended. */
async function readSettledState(stateDir: string): Promise<CloudState> {
  for (let look = 0; ; look++) {
    const state = await readCloudState(stateDir)
    const { servers, sshKeys, primaryIps, images } = state
    const isEmpty =
      servers.length +
        sshKeys.length +
        primaryIps.length +
        images.filter(({ labels }) => labels[LEASE] !== undefined).length ===
      0
    if (isEmpty || look === 40) return state
    await systemClock.sleep(50)
  }
}

const LEASE = 'talos-image/lease'

/** What is said of a snapshot that is there without the proof that was asked for. */
export const UNPROVEN = 'a snapshot is published unproven'

/** What is built with a boot test. */
export const BOOTED_VERSION = 'v1.13.9'

async function judge(
  stateDir: string,
  state: CloudState,
  outcome: Outcome,
  { disk, bootTest }: { readonly disk: Buffer | undefined; readonly bootTest: FaultCase['bootTest'] },
): Promise<string[]> {
  const { servers, sshKeys, primaryIps, images } = state
  const published = images.filter(({ labels }) => labels[LEASE] === undefined)
  const temporary = [...servers, ...sshKeys, ...primaryIps, ...images.filter((image) => !published.includes(image))]
  const { exitCode, built, leftovers } = outcome
  const defects: string[] = []
  const expect = (holds: boolean, defect: string): void => {
    if (!holds) defects.push(defect)
  }
  expect(published.length <= 1, `there are ${published.length} published snapshots`)
  expect(!built || published.length === 1, 'it says that it was built, and there is no snapshot')
  expect(built || published.length === 0, 'it says that it was not built, and there is a snapshot')
  expect(built ? [0, 4].includes(exitCode) : exitCode !== 0, `the exit code is ${exitCode}, built: ${built}`)
  expect((exitCode === 4) === leftovers.length > 0, `the exit code is ${exitCode} with ${leftovers.length} leftovers`)
  expect(
    temporary.length === 0 || leftovers.length > 0,
    `left behind, and nothing is said of it: ${temporary.map((thing) => JSON.stringify(thing)).join(', ')}`,
  )
  const proven = published.filter(({ labels }) => labels['talos-image/boot-tested'] === BOOTED_VERSION)
  expect(bootTest === undefined || proven.length === published.length, UNPROVEN)
  expect(bootTest !== 'never' || published.length === 0, UNPROVEN)
  for (const { id } of published) {
    const holds =
      disk !== undefined && isRight(await readFile(join(stateDir, 'cloud', 'snapshots', `image-${id}.raw`)), disk)
    expect(disk === undefined || holds, `the published snapshot ${id} is wrong`)
  }
  if (leftovers.length > 0) defects.push(...(await followAdvice(stateDir, leftovers)))
  return defects
}

function isRight(snapshot: Buffer, disk: Buffer): boolean {
  return snapshot.subarray(0, disk.length).equals(disk) && snapshot.subarray(disk.length).every((byte) => byte === 0)
}

/** Does what the leftovers' commands say, once the fault has gone; gives what is still there after that. */
async function followAdvice(stateDir: string, leftovers: readonly Leftover[]): Promise<string[]> {
  await using sandbox = await testSandbox({ stateDir })
  const hetzner = createHetznerClient({ token: sandbox.token, endpoint: sandbox.endpoint })
  const signal = AbortSignal.timeout(30_000)
  const defects: string[] = []
  for (const { command } of leftovers) {
    const [, kind, name] = /^hcloud (server|ssh-key) delete (\S+)$/.exec(command) ?? []
    const [, address] = /^hcloud primary-ip delete (\d+)$/.exec(command) ?? []
    const [, run] = /^talos-image cleanup --run ([a-z0-9]+)$/.exec(command) ?? []
    if (kind === 'server' && name !== undefined) {
      const server = await hetzner.servers.findByName(name, { signal })
      const action = server === undefined ? undefined : await hetzner.servers.delete(server.id)
      if (action !== undefined) await hetzner.actions.wait(action, { signal, timeoutMs: 20_000, name })
    } else if (kind === 'ssh-key' && name !== undefined) {
      for (const { id } of await hetzner.sshKeys.list({ name }, { signal })) await hetzner.sshKeys.delete(id)
    } else if (address !== undefined) {
      await hetzner.primaryIps.delete(Number(address))
    } else if (run !== undefined) {
      const found = await findTemporary(hetzner, { run, signal })
      await removeTemporary(hetzner, found, { clock: systemClock, timeoutMs: 20_000, signal, onlyAbandoned: false })
    } else defects.push(`unknown command "${command}"`)
  }
  const { servers, sshKeys, primaryIps, images } = await readCloudState(stateDir)
  const left = [...servers, ...sshKeys, ...primaryIps, ...images.filter(({ labels }) => labels[LEASE] !== undefined)]
    .length
  return left === 0 ? defects : [...defects, `${left} things are still there after all that was advised`]
}
