import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../../src/util/clock.ts'
import { type TestSandbox, testSandbox } from '../../../support/sandbox.ts'
import { sourced } from '../../../unit/plan/fixture.ts'
import { buildIn, contentsOf, emptyList } from '../../../unit/run/fixture.ts'

/** As long as leases are renewed after. */
const RENEWAL_MS = 5 * 60_000
/** Pauses that are no longer than this belong to other waits. */
const OTHER_MS = 14_999

/** A clock on which the time between renewals of leases passes when it is told to. */
function renewingClock(): Clock & { renew(): void } {
  let aheadMs = 0
  let renew = (): void => undefined
  return {
    now: () => systemClock.now() + aheadMs,
    sleep: (ms, signal) =>
      ms <= OTHER_MS
        ? systemClock.sleep(ms, signal)
        : new Promise((resolve, reject) => {
            renew = resolve
            signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
          }),
    renew() {
      aheadMs += RENEWAL_MS
      renew()
    },
  }
}

async function makeNetwork(sandbox: TestSandbox): Promise<void> {
  const subnets = [{ type: 'cloud', network_zone: 'eu-central' }]
  await sandbox.api(v.unknown(), 'POST', '/networks', { name: 'inner', ip_range: '127.220.0.0/16', subnets })
}

const INSIDE = { networks: [sourced('inner')], ipv4: sourced(false), ipv6: sourced(false) }

describe('a build server', () => {
  it('keeps its own labels when its lease is renewed', async () => {
    const labels: unknown[] = []
    await using sandbox = await testSandbox({
      intercept({ method, path, body }) {
        if (method === 'PUT' && path.startsWith('/servers/')) labels.push(body)
        return undefined
      },
    })
    const clock = renewingClock()
    const { result } = await buildIn(sandbox, {
      clock,
      server: { labels: new Map([['team', sourced('infra')]]) },
      onEvent: ({ type }) => {
        if (type === 'server-created') clock.renew()
      },
    })
    expect(result.images).toMatchObject([{ status: 'built' }])
    const lease = { 'talos-image/run': result.run, 'talos-image/lease': expect.stringMatching(/^\d+$/) }
    expect(labels).toEqual([{ labels: { team: 'infra', ...lease } }])
  })

  it('in a network is reached there also when the answer that told of it got lost', async () => {
    let lost = false
    await using sandbox = await testSandbox({
      async intercept({ method, path }, answer) {
        if (lost || method !== 'POST' || path !== '/servers') return undefined
        lost = true
        await answer()
        return Response.json({ error: { code: 'timeout', message: 'too late' } }, { status: 504 })
      },
    })
    await makeNetwork(sandbox)
    const { result } = await buildIn(sandbox, { server: INSIDE })
    expect(lost).toBe(true)
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [], snapshots: [{}] })
  })

  it('that a lost answer has made, and of which no action is told yet, is waited for', async () => {
    let lost = false
    const asked: string[] = []
    await using sandbox = await testSandbox({
      async intercept({ method, path }, answer) {
        if (!lost && method === 'POST' && path === '/servers') {
          lost = true
          await answer()
          return Response.json({ error: { code: 'timeout', message: 'too late' } }, { status: 504 })
        }
        const request = `${method} ${path.replace(/\d+/, 'N')}`
        if (lost && path.startsWith('/servers/')) asked.push(request)
        if (request === 'GET /servers/N/actions') return emptyList('actions')
        if (request !== 'GET /servers/N' || asked.length > 4) return undefined
        const text = await (await answer()).text()
        // At first it is not there yet, and then an action still runs on it.
        const [idle, now] =
          asked.length < 4 ? ['"status":"off"', '"status":"initializing"'] : ['"locked":false', '"locked":true']
        return Response.json(JSON.parse(text.replace(idle, now)))
      },
    })
    const { result } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'built' }])
    const looks = Array(4).fill('GET /servers/N')
    expect(asked.slice(0, 6)).toEqual(['GET /servers/N/actions', ...looks, 'POST /servers/N/actions/enable_rescue'])
  })

  it('that cannot be attached to its network goes, and the image fails', async () => {
    await using sandbox = await testSandbox({
      faults: [{ subject: 'action', effect: 'fail', action: 'attach_to_network' }],
    })
    await makeNetwork(sandbox)
    const { result } = await buildIn(sandbox, { server: INSIDE })
    expect(result.images).toMatchObject([
      { status: 'failed', problem: { code: 'api', message: expect.stringContaining('attach_to_network') } },
    ])
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [], snapshots: [] })
  })
})
