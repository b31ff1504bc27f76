import type { InterceptedRequest } from 'hcloud-sandbox'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { findTemporary, removeTemporary } from '../../../src/run/sweep.ts'
import { systemClock } from '../../../src/util/clock.ts'
import { type TestSandbox, testSandbox } from '../../support/sandbox.ts'
import { buildIn, clientOf, contentsOf } from '../../unit/run/fixture.ts'

const EMPTY = { servers: [], sshKeys: [], snapshots: [] }

/** What another run does that finds the leases over. */
async function sweepAll(sandbox: TestSandbox): Promise<void> {
  const signal = AbortSignal.timeout(60_000)
  const hetzner = clientOf(sandbox)
  const found = await findTemporary(hetzner, { signal })
  await removeTemporary(hetzner, found, { clock: systemClock, signal, timeoutMs: 20_000, onlyAbandoned: false })
}

/** Gives the unpublished snapshot other labels, as a script does that knows better. */
const relabel =
  (labels: Record<string, string>) =>
  async (sandbox: TestSandbox): Promise<void> => {
    const { snapshots } = await contentsOf(sandbox)
    for (const { id } of snapshots) await sandbox.api(v.unknown(), 'PUT', `/images/${id}`, { labels })
  }

/** A build; right before the first request that matches, or the download, something happens once. */
async function buildWhile(when: RegExp | 'download', happens: (sandbox: TestSandbox) => Promise<unknown>) {
  let isDone = false
  const once = async (): Promise<undefined> => {
    isDone = true
    await happens(sandbox)
  }
  await using sandbox: TestSandbox = await testSandbox({
    intercept: async ({ method, path }: InterceptedRequest) =>
      isDone || when === 'download' || !when.test(`${method} ${path}`) ? undefined : once(),
    interceptFactory: async ({ method, url, headers }) =>
      isDone || when !== 'download' || method !== 'GET' || !url.includes('/image/') || headers.has('range')
        ? undefined
        : once(),
  })
  const { result } = await buildIn(sandbox, { timeouts: { bootLookMs: 400, sshMs: 4000 } })
  return { result, isDone, contents: await contentsOf(sandbox) }
}

describe('what another run removes, since this computer was asleep past its lease', { timeout: 60_000 }, () => {
  it.each<[string, RegExp | 'download']>([
    ['before rescue is enabled', /enable_rescue/],
    ['before the server is switched on', /poweron/],
    ['while the disk is written', 'download'],
    ['before it is switched off', /poweroff/],
    ['before the snapshot is taken', /create_image/],
    ['before it is published', /PUT \/images\/\d+/],
  ])('%s ends the build with an error that says so, and leaves nothing', async (_, when) => {
    const { result, isDone, contents } = await buildWhile(when, sweepAll)
    expect(isDone).toBe(true)
    expect(result.images).toMatchObject([
      {
        status: 'failed',
        problem: {
          code: 'not-found',
          message: expect.stringMatching(
            /^something else removed what this build had made: Hetzner Cloud answered 404 /,
          ),
          hint: expect.stringContaining('did this computer sleep'),
        },
      },
    ])
    expect([result.leftovers, contents]).toEqual([[], EMPTY])
  })
})

describe('an unpublished snapshot that others give other labels', { timeout: 60_000 }, () => {
  it('gets its own when it is published', async () => {
    const { result, contents } = await buildWhile(/PUT \/images\/\d+/, relabel({ os: 'talos', mine: 'yes' }))
    expect(result.images).toMatchObject([{ status: 'built', snapshot: { id: contents.snapshots[0]?.id } }])
    expect(contents.snapshots).toMatchObject([{ labels: { os: 'talos', arch: 'x86' } }])
    expect(contents.snapshots[0]?.labels).not.toHaveProperty('mine')
  })
})

describe('a build whose lease is over when it publishes', { timeout: 60_000 }, () => {
  /** From the snapshot on, the cloud's time is later than the end of the lease. */
  async function buildLate(beforePut: (sandbox: TestSandbox, nth: number) => Promise<unknown>) {
    let isLate = false
    let puts = 0
    await using sandbox: TestSandbox = await testSandbox({
      async intercept({ method, path }: InterceptedRequest, answer) {
        isLate ||= path.endsWith('/create_image')
        if (method === 'PUT' && path.startsWith('/images/')) await beforePut(sandbox, ++puts)
        const given = await answer()
        if (isLate) given.headers.set('date', new Date(Date.now() + 16 * 60_000).toUTCString())
        return given
      },
    })
    const { result, notes } = await buildIn(sandbox)
    return { result, notes, contents: await contentsOf(sandbox) }
  }

  it('claims the snapshot anew before, and says so', async () => {
    const { result, notes, contents } = await buildLate(async () => undefined)
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(notes.join()).toMatch(/was not renewed in time, .* the snapshot 400000001 is claimed again/)
    expect(contents.snapshots).toMatchObject([{ labels: { os: 'talos' } }])
  })

  it('does not publish what another run was about to remove', async () => {
    const { result, contents } = await buildLate(async (sandbox, nth) => (nth === 2 ? sweepAll(sandbox) : undefined))
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'not-found' } }])
    expect([result.leftovers, contents]).toEqual([[], EMPTY])
  })
})
