/** Several builds at once: limits of the project, its rate, and runs that want the same. */

import type { AnsweredRequest } from 'hcloud-sandbox'
import { describe, expect, it } from 'vitest'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { build, openRun } from '../../../src/run/build.ts'
import type { BuildEvent } from '../../../src/run/events.ts'
import { type Clock, systemClock } from '../../../src/util/clock.ts'
import { type TestSandbox, testSandbox } from '../../support/sandbox.ts'
import {
  buildIn,
  clientOf,
  contentsOf,
  errorAnswer,
  factoryDisk,
  holds,
  planIn,
  snapshotDisk,
} from '../../unit/run/fixture.ts'

describe('a project that may have one server at a time', { timeout: 60_000 }, () => {
  it('gets its images one after the other', async () => {
    await using sandbox = await testSandbox({ limits: { servers: 1 } })
    const { result, notes } = await buildIn(sandbox, { architectures: ['arm', 'x86'] })
    expect(result.images).toMatchObject([{ status: 'built' }, { status: 'built' }])
    expect(notes.join('\n')).toMatch(/waiting until another image is done \(.*server_limit/)
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [], snapshots: [{}, {}] })
  })

  it('gets those of several runs one after the other, too', async () => {
    await using sandbox = await testSandbox({ limits: { servers: 1 } })
    const runs = await Promise.all([1, 2, 3].map(() => buildIn(sandbox, { force: true, timeouts: { settleMs: 300 } })))
    for (const { result } of runs) expect(result.images).toMatchObject([{ status: 'built' }])
    expect(runs.flatMap(({ notes }) => notes).join('\n')).toContain('waiting for those of other runs')
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [] })
  })

  it('waits for those of other runs although a look for them fails for a moment', async () => {
    const [refusals, faults] = [2, { left: 1 }]
    let refused = 0
    await using sandbox: TestSandbox = await testSandbox({
      async intercept({ method, path, query }, answer) {
        if (method === 'POST' && path === '/servers' && refused < refusals) {
          refused += 1
          return errorAnswer(403, 'resource_limit_exceeded')
        }
        const isLook = refused === 1 && path === '/servers' && query.get('label_selector') !== null
        return isLook && faults.left-- > 0 ? errorAnswer(503, 'unavailable') : answer()
      },
    })
    const hetzner = createHetznerClient({
      token: sandbox.token,
      endpoint: sandbox.endpoint,
      retry: { retries: 0, firstPauseMs: 1, longestPauseMs: 1 },
    })
    const { sshPort } = sandbox
    const timeouts = { sshMs: 10_000, settleMs: 300 }
    const { images } = await build({ hetzner, plan: await planIn(sandbox), sshPort, timeouts })
    expect(images).toMatchObject([{ status: 'built' }])
    expect(faults.left).toBeLessThan(1)
  })

  it('as does one that is asked to build one at a time', async () => {
    await using sandbox = await testSandbox()
    const { result, events } = await buildIn(sandbox, { architectures: ['arm', 'x86'], parallel: 1 })
    expect(result.images).toMatchObject([{ status: 'built' }, { status: 'built' }])
    const order = events.flatMap((event) =>
      event.type === 'server-created' || event.type === 'image-built' ? [`${event.type} ${event.image}`] : [],
    )
    expect(order).toEqual(['server-created arm', 'image-built arm', 'server-created x86', 'image-built x86'])
  })

  it('and has one already, is told so at once, with a remedy', async () => {
    await using sandbox = await testSandbox({ limits: { servers: 0 } })
    const { result } = await buildIn(sandbox, { architectures: ['arm', 'x86'] })
    const problem = { code: 'limit', hint: expect.stringContaining('ask Hetzner for a higher limit') }
    expect(result.images).toMatchObject([
      { status: 'failed', problem },
      { status: 'failed', problem },
    ])
    expect(result.leftovers).toEqual([])
  })

  it('and no room for a snapshot, is told what to do', async () => {
    await using sandbox = await testSandbox({ limits: { snapshots: 0 } })
    const { result } = await buildIn(sandbox)
    expect(result.images).toMatchObject([
      {
        status: 'failed',
        problem: {
          code: 'limit',
          message: expect.stringContaining('snapshot'),
          hint: expect.stringContaining('talos-image prune'),
        },
      },
    ])
    expect(await contentsOf(sandbox)).toEqual({ servers: [], sshKeys: [], snapshots: [] })
  })
})

/** A clock on which the pauses before the stock is looked up again pass at once. */
function stockClock(): Clock {
  let skippedMs = 0
  return {
    now: () => systemClock.now() + skippedMs,
    sleep: async (ms, signal) => {
      if (ms === 60_000) skippedMs += ms
      else await systemClock.sleep(ms, signal)
    },
  }
}

describe('waiting for stock', { timeout: 60_000 }, () => {
  it('looks again until there is some', async () => {
    const outOfStock = ['cx23', 'cx33', 'cx43', 'cx53', '@fsn1', '@nbg1', '@hel1', '@ash', '@hil', '@sin']
    await using sandbox = await testSandbox({ outOfStock })
    await using rich = await testSandbox()
    const plan = await planIn(sandbox)
    expect(plan.images[0]?.placements).toEqual([])
    const [placements = []] = (await planIn(rich)).images.map((image) => image.placements)
    const events: BuildEvent[] = []
    let looks = 0
    const result = await build({
      hetzner: clientOf(rich),
      plan,
      sshPort: rich.sshPort,
      timeouts: { sshMs: 10_000 },
      clock: stockClock(),
      stock: { waitMs: 10 * 60_000, look: async () => (++looks < 2 ? [] : placements) },
      onEvent: (event) => events.push(event),
    })
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(looks).toBe(2)
    expect(events).toContainEqual({
      type: 'note',
      image: 'x86',
      text: 'nothing is in stock; looking again in 60 s, for 10 min more',
    })
  })

  it.each([
    ['for a moment', 1],
    ['for longer', 4],
  ])('goes on while the cloud fails %s', async (_, outages) => {
    const answers = [
      ...Array(3).fill([412, 'resource_unavailable']),
      ...Array(outages).fill([403, 'maintenance']),
      [412, 'resource_unavailable'],
    ]
    await using sandbox = await testSandbox({
      intercept({ method, path }) {
        const answer = method === 'POST' && path === '/servers' ? answers.shift() : undefined
        return answer && errorAnswer(answer[0], answer[1])
      },
    })
    const made = await planIn(sandbox)
    const images = made.images.map((image) => ({ ...image, placements: image.placements.slice(0, 1) }))
    const notes: string[] = []
    const result = await build({
      hetzner: clientOf(sandbox),
      plan: { ...made, images },
      sshPort: sandbox.sshPort,
      timeouts: { sshMs: 10_000, settleMs: 600 },
      clock: stockClock(),
      stock: { waitMs: 10 * 60_000, look: async ({ placements }) => placements },
      onEvent: (event) => event.type === 'note' && notes.push(event.text),
    })
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(answers).toEqual([])
    const waits = notes.filter((text) => text.startsWith('no server could be created; looking again in 60 s'))
    expect(waits).toHaveLength(outages < 3 ? 0 : 1)
  })
})

describe('a run that is given its images as they come', { timeout: 60_000 }, () => {
  it('has one key and one sweep, tells images of one name apart, and can stop one of them alone', async () => {
    const answers: AnsweredRequest[] = []
    const servers = new Set<string>()
    await using sandbox = await testSandbox({ onRequest: (request) => answers.push(request) })
    const plan = await planIn(sandbox, { force: true })
    const stopped = new AbortController()
    const run = openRun({
      hetzner: clientOf(sandbox),
      sshPort: sandbox.sshPort,
      onEvent: (event) => {
        if (event.type !== 'server-created') return
        servers.add(event.name)
        if (event.image === 'x86 image-2') stopped.abort()
      },
    })
    const [first, second] = await Promise.all([run.add(plan), run.add(plan, stopped.signal)])
    const third = await run.add(plan)
    expect(await run.close()).toEqual([])
    expect([first, second, third]).toMatchObject([
      { images: [{ status: 'built' }], leftovers: [] },
      { images: [{ status: 'failed', problem: { code: 'interrupted' } }], leftovers: [] },
      { images: [{ status: 'built' }], leftovers: [] },
    ])
    expect(servers.size).toBe(3)
    expect(answers.filter(({ method, path }) => method === 'POST' && path === '/v1/ssh_keys')).toHaveLength(1)
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [], snapshots: [{}, {}] })
  })
})

describe('two runs that want the same image', { timeout: 60_000 }, () => {
  it('end with one snapshot, or with two that are both right and a word about it', async () => {
    await using sandbox = await testSandbox()
    const runs = await Promise.all([buildIn(sandbox), buildIn(sandbox), buildIn(sandbox)])
    const { servers, sshKeys, snapshots } = await contentsOf(sandbox)
    expect([servers, sshKeys]).toEqual([[], []])
    const disk = await factoryDisk(sandbox)
    for (const { id } of snapshots) expect(holds(await snapshotDisk(sandbox, id), disk)).toBe(true)
    const notes = runs.flatMap((run) => run.notes).join('\n')
    if (snapshots.length > 1) expect(notes).toContain('both are correct')
    for (const { result } of runs) {
      expect(result.leftovers).toEqual([])
      expect(result.images).toMatchObject([{ status: expect.stringMatching(/^(built|existing)$/) }])
      expect(snapshots.map(({ id }) => id)).toContain(
        result.images[0]?.status !== 'failed' && result.images[0]?.snapshot.id,
      )
    }
  })

  it('the slower one takes the snapshot of the faster one, and removes its own', async () => {
    await using sandbox = await testSandbox()
    const plan = await planIn(sandbox)
    const first = await buildIn(sandbox)
    const late = await build({ hetzner: clientOf(sandbox), plan, sshPort: sandbox.sshPort })
    const [built] = first.result.images
    expect(late.images).toMatchObject([
      { status: 'existing', snapshot: { id: built?.status === 'built' ? built.snapshot.id : 0 } },
    ])
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [], snapshots: [{}] })
  })

  it.each<[string, (hetzner: ReturnType<typeof clientOf>, id: number) => Promise<unknown>]>([
    ['is deleted', (hetzner, id) => hetzner.images.delete(id)],
    ['gets other labels', (hetzner, id) => hetzner.images.update(id, { labels: { mine: 'yes' } })],
  ])('the slower one publishes its own when that of the faster one %s meanwhile', async (_, spoil) => {
    const first: { id?: number; looked?: boolean } = {}
    await using sandbox: TestSandbox = await testSandbox({
      async intercept({ method, path }, answer) {
        const isLook = method === 'GET' && path === '/images' && first.id !== undefined && first.looked !== true
        if (!isLook) return undefined
        first.looked = true
        const given = await answer()
        await spoil(clientOf(sandbox), first.id ?? 0)
        return given
      },
    })
    const plan = await planIn(sandbox)
    const [built] = (await buildIn(sandbox)).result.images
    if (built?.status !== 'built') throw new Error(JSON.stringify(built))
    const late = await build({
      hetzner: clientOf(sandbox),
      plan,
      sshPort: sandbox.sshPort,
      onEvent: (event) => {
        // The next look is the one at the snapshot that was taken.
        if (event.type === 'step-started' && event.step === 'snapshot') first.id = built.snapshot.id
      },
    })
    const [own] = late.images
    expect([own, first.looked]).toMatchObject([{ status: 'built' }, true])
    const { snapshots, servers } = await contentsOf(sandbox)
    expect(servers).toEqual([])
    expect(snapshots).toContainEqual(expect.objectContaining({ id: own?.status === 'built' ? own.snapshot.id : 0 }))
  })

  it('and one of them with --force makes its own', async () => {
    await using sandbox = await testSandbox()
    const plan = await planIn(sandbox, { force: true })
    await buildIn(sandbox)
    const forced = await build({ hetzner: clientOf(sandbox), plan, sshPort: sandbox.sshPort })
    expect(forced.images).toMatchObject([{ status: 'built' }])
    expect((await contentsOf(sandbox)).snapshots).toHaveLength(2)
  })
})

describe('25 builds at once', { timeout: 180_000 }, () => {
  it('stay within the hourly requests of the project', async () => {
    const answers: AnsweredRequest[] = []
    const onRequest = (request: AnsweredRequest): number => answers.push(request)
    await using sandbox = await testSandbox({ onRequest, rateLimit: { limit: 3600, perSecond: 1 } })
    const plan = await planIn(sandbox, { force: true })
    const [image] = plan.images
    if (image === undefined) throw new Error('there is no image to build')
    const images = Array.from({ length: 25 }, (_, index) => ({ ...image, name: `x86 ${index}` }))
    const result = await build({ hetzner: clientOf(sandbox), plan: { ...plan, images }, sshPort: sandbox.sshPort })
    expect(result.images.filter(({ status }) => status === 'built')).toHaveLength(25)
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [] })
    const requests = answers.filter(({ server }) => server === 'cloud')
    expect(requests.filter(({ status }) => status === 429)).toEqual([])
    expect(requests.length).toBeLessThan(25 * 20)
  })
})
