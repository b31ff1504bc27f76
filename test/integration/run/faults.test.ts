import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { InterceptedRequest } from 'hcloud-sandbox'
import { parseFaultFlag, resetConnection } from 'hcloud-sandbox'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/util/clock.ts'
import { type TestSandbox, testSandbox } from '../../support/sandbox.ts'
import {
  buildIn,
  contentsOf,
  emptyList,
  errorAnswer,
  factoryDisk,
  holds,
  snapshotDisk,
} from '../../unit/run/fixture.ts'
import { serveLoopback } from '../util/loopback-server.ts'

const EMPTY = { servers: [], sshKeys: [], snapshots: [] }

/** An interceptor for the first `times` requests that fit; `fault` gets the function that lets the cloud do the work. */
function faultAt(
  fits: (request: InterceptedRequest) => boolean,
  fault: (answer: () => Promise<Response>) => Response | Promise<Response>,
  times = 1,
) {
  let left = times
  return (request: InterceptedRequest, answer: () => Promise<Response>) =>
    fits(request) && left-- > 0 ? fault(answer) : undefined
}

const creates =
  (path: RegExp) =>
  ({ method, path: asked }: InterceptedRequest): boolean =>
    method === 'POST' && path.test(asked)

/** The cloud does it, but the answer says that it timed out. */
async function timeOutAfterwards(answer: () => Promise<Response>): Promise<Response> {
  await answer()
  return errorAnswer(504, 'timeout')
}

describe('a build that meets a fault', { timeout: 60_000 }, () => {
  it.each([
    ['the key', /^\/ssh_keys$/],
    ['the server', /^\/servers$/],
    ['the rescue', /\/enable_rescue$/],
    ['the power', /\/poweron$/],
    ['the snapshot', /\/create_image$/],
  ])('goes on when the answer about %s gets lost after it took effect', async (_what, path) => {
    const lose = async (answer: () => Promise<Response>): Promise<Response> => {
      await answer()
      return resetConnection()
    }
    await using sandbox = await testSandbox({ intercept: faultAt(creates(path), lose) })
    const { result } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(result.leftovers).toEqual([])
    const contents = await contentsOf(sandbox)
    expect([contents.servers, contents.sshKeys]).toEqual([[], []])
    expect(contents.snapshots).toHaveLength(1)
  })

  it('takes the server that a lost answer has made, although the next answer is a refusal', async () => {
    const answers = [timeOutAfterwards, () => errorAnswer(403, 'resource_limit_exceeded')]
    await using sandbox = await testSandbox({
      intercept: ({ method, path }, answer) =>
        method === 'POST' && path === '/servers' ? answers.shift()?.(answer) : undefined,
    })
    const { result } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(answers).toEqual([])
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [], snapshots: [{}] })
  })

  it('takes the snapshot that a lost answer has begun, although it shows only later and the server is locked', async () => {
    const answers = [timeOutAfterwards, () => errorAnswer(422, 'service_error')]
    let hidden = 1
    await using sandbox = await testSandbox({
      intercept({ method, path, query }, answer) {
        if (method === 'POST' && path.endsWith('/create_image')) return answers.shift()?.(answer)
        const isLook = path === '/images' && (query.get('label_selector') ?? '').includes(',talos-image/lease')
        if (!isLook || answers.length !== 1 || hidden-- <= 0) return undefined
        return emptyList('images')
      },
    })
    const { result } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(answers).toEqual([])
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [], snapshots: [{}] })
  })

  it('waits as long as a snapshot may take for one that a lost answer has begun, of which no action is told', async () => {
    const [answers, creating] = [[timeOutAfterwards], { looks: 4, aheadMs: 0 }]
    await using sandbox = await testSandbox({
      async intercept({ method, path, query }, answer) {
        if (method === 'POST' && path.endsWith('/create_image')) return answers.shift()?.(answer)
        if (/^\/servers\/\d+\/actions$/.test(path)) return emptyList('actions')
        if (answers.length > 0 || !query.has('label_selector') || !path.startsWith('/images')) return undefined
        if (--creating.looks < 0) return undefined
        creating.aheadMs += 2 * 60_000
        return Response.json(JSON.parse((await (await answer()).text()).replaceAll('"available"', '"creating"')))
      },
    })
    const clock = { ...systemClock, now: () => systemClock.now() + creating.aheadMs }
    const { result } = await buildIn(sandbox, { clock })
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(creating.looks).toBeLessThan(0)
  })

  it('removes the server of a creation that ended with an error, by its name', async () => {
    await using sandbox = await testSandbox({
      machines: 'none',
      intercept: faultAt(creates(/^\/servers$/), async (answer) => {
        await answer()
        return errorAnswer(422, 'invalid_input')
      }),
    })
    const { result } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'failed', problem: { message: expect.stringContaining('422') } }])
    expect(result.leftovers).toEqual([])
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })

  it('removes the server that a lost answer has made, when it was not to be found at first', async () => {
    let hidden = 1
    await using sandbox = await testSandbox({
      machines: 'none',
      intercept({ method, path, query }, answer) {
        if (method === 'POST' && path === '/servers') return timeOutAfterwards(answer)
        if (method !== 'GET' || path !== '/servers' || query.get('name') === null || hidden-- <= 0) return undefined
        return emptyList('servers')
      },
    })
    const { result } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'failed' }])
    expect(result.leftovers).toEqual([])
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })

  it('names the key that it cannot remove when it could not even begin', async () => {
    await using sandbox = await testSandbox({
      machines: 'none',
      async intercept({ method, path }, answer) {
        if (method === 'DELETE') return errorAnswer(500, 'server_error')
        if (method !== 'POST' || path !== '/ssh_keys') return undefined
        await answer()
        return errorAnswer(422, 'invalid_input')
      },
    })
    const { result } = await buildIn(sandbox, { removeMs: 1000 })
    expect(result.images).toMatchObject([{ status: 'failed', problem: { message: expect.stringContaining('422') } }])
    expect(result.leftovers).toMatchObject([{ command: `hcloud ssh-key delete talos-image-${result.run}` }])
  })

  it('goes on to the next placement when one is out of stock after all, and says so', async () => {
    const stock = () => errorAnswer(412, 'resource_unavailable')
    await using sandbox = await testSandbox({ intercept: faultAt(creates(/^\/servers$/), stock) })
    const { result, events } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'built', placement: { serverType: 'cx23', location: 'hel1' } }])
    expect(events).toContainEqual(expect.objectContaining({ type: 'placement-failed' }))
  })

  it('lets the other image succeed when one has no stock, and lists the tries', async () => {
    await using sandbox = await testSandbox({
      intercept: ({ method, path, body }) =>
        method === 'POST' && path === '/servers' && JSON.stringify(body).includes('"cax')
          ? errorAnswer(412, 'resource_unavailable')
          : undefined,
    })
    const { result } = await buildIn(sandbox, { architectures: ['arm', 'x86'] })
    expect(result.images).toMatchObject([
      {
        status: 'failed',
        problem: { code: 'stock', message: expect.stringMatching(/cax11 in fsn1[\s\S]*cax11 in nbg1/) },
      },
      { status: 'built' },
    ])
    expect((await contentsOf(sandbox)).servers).toEqual([])
  })

  it('deletes the server although deleting fails at first', async () => {
    const fits = ({ method, path }: InterceptedRequest): boolean => method === 'DELETE' && path.startsWith('/servers/')
    await using sandbox = await testSandbox({
      intercept: faultAt(fits, () => errorAnswer(500, 'server_error'), 6),
    })
    const { result } = await buildIn(sandbox)
    expect(result.leftovers).toEqual([])
    expect((await contentsOf(sandbox)).servers).toEqual([])
  })

  it('names what it cannot delete, with the command that does', async () => {
    await using sandbox = await testSandbox({
      intercept: ({ method, path }) =>
        method === 'DELETE' && path.startsWith('/servers/') ? errorAnswer(500, 'server_error') : undefined,
    })
    const { result } = await buildIn(sandbox, { removeMs: 1500 })
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(result.leftovers).toMatchObject([
      { name: `server talos-image-${result.run}-x86`, command: `hcloud server delete talos-image-${result.run}-x86` },
    ])
  })

  it.each(['create_server', 'enable_rescue', 'start_server', 'stop_server', 'create_image', 'delete_server'])(
    'goes on when the action %s fails twice, with one snapshot in the end',
    async (wanted) => {
      let left = 2
      await using sandbox = await testSandbox({
        failAction: (command) =>
          command === wanted && left-- > 0 ? { code: 'unknown_error', message: 'scripted' } : undefined,
      })
      const { result, events } = await buildIn(sandbox)
      expect(result.images).toMatchObject([{ status: 'built' }])
      expect(result.leftovers).toEqual([])
      expect(left).toBeLessThanOrEqual(0)
      const contents = await contentsOf(sandbox)
      expect(contents).toMatchObject({ servers: [], sshKeys: [], snapshots: [{ status: 'available' }] })
      expect(contents.snapshots).toHaveLength(1)
      const told = JSON.stringify(events)
      if (wanted !== 'delete_server') expect(told).toContain(`${wanted} (`)
      if (wanted !== 'delete_server') expect(told).toContain('failed: scripted (unknown_error)')
    },
  )

  it('gives up a snapshot whose action fails again and again, and removes each that failed', async () => {
    let tries = 0
    await using sandbox = await testSandbox({
      failAction(command) {
        if (command !== 'create_image') return undefined
        tries += 1
        return { code: 'action_failed', message: 'scripted' }
      },
    })
    const { result, notes } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'api' } }])
    expect([tries, notes.filter((note) => note.includes('trying again')).length]).toEqual([4, 3])
    expect(result.leftovers).toEqual([])
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })

  it.each([
    [403, 'maintenance'],
    [422, 'service_error'],
    [422, 'invalid_input', 'unsupported location for server type'],
  ])('asks for the server elsewhere after %i %s', async (status, code, message = 'scripted') => {
    const refuse = () => Response.json({ error: { code, message } }, { status })
    await using sandbox = await testSandbox({ intercept: faultAt(creates(/^\/servers$/), refuse) })
    const { result, events } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'built', placement: { serverType: 'cx23', location: 'hel1' } }])
    expect(events).toContainEqual(expect.objectContaining({ type: 'placement-failed' }))
  })

  it('asks everywhere once more when the cloud is under maintenance everywhere, and then says why there is none', async () => {
    const asked: string[] = []
    await using sandbox = await testSandbox({
      machines: 'none',
      intercept({ method, path, body }) {
        if (method !== 'POST' || path !== '/servers') return undefined
        asked.push(JSON.stringify(body))
        return errorAnswer(403, 'maintenance')
      },
    })
    const { result } = await buildIn(sandbox)
    expect(result.images).toMatchObject([
      { status: 'failed', problem: { code: 'api', message: expect.stringContaining('403 maintenance') } },
    ])
    expect(asked.length / new Set(asked.map((body) => body.replace(/"labels":.*?}/, ''))).size).toBe(3)
  })

  it.each([
    [403, 'forbidden'],
    [403, 'maintenance'],
    [422, 'service_error'],
  ])('deletes the server although deleting is refused at first with %i %s', async (status, code) => {
    const fits = ({ method, path }: InterceptedRequest): boolean => method === 'DELETE' && path.startsWith('/servers/')
    await using sandbox = await testSandbox({
      machines: 'none',
      failAction: (command) => (command === 'enable_rescue' ? { code: 'stock', message: 'ends it early' } : undefined),
      intercept: faultAt(fits, () => errorAnswer(status, code), 2),
    })
    const { result } = await buildIn(sandbox)
    expect(result.leftovers).toEqual([])
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })

  const withPrimaryIp = { faults: [parseFaultFlag('primary-ip stays')], machines: 'none' as const }
  const endEarly = (command: string) =>
    command === 'enable_rescue' ? { code: 'resource_unavailable', message: 'ends it early' } : undefined
  const primaryIpsOf = async (sandbox: TestSandbox) => {
    const List = v.object({ primary_ips: v.array(v.looseObject({ id: v.number() })) })
    return (await sandbox.api(List, 'GET', '/primary_ips')).primary_ips
  }

  it('removes a primary IP that stays after its server', async () => {
    await using sandbox = await testSandbox({ ...withPrimaryIp, failAction: endEarly })
    const { result, events } = await buildIn(sandbox)
    expect([result.leftovers, await primaryIpsOf(sandbox)]).toEqual([[], []])
    expect(events).toContainEqual({ type: 'removed', name: expect.stringMatching(/^primary IP \d+ of server talos-/) })
  })

  it('removes those of several servers, which one list tells', async () => {
    const asked: string[] = []
    await using sandbox = await testSandbox({
      ...withPrimaryIp,
      failAction: endEarly,
      onRequest: ({ method, path }) => void (path.includes('/primary_ips') && asked.push(`${method} ${path}`)),
    })
    const { result } = await buildIn(sandbox, { architectures: ['arm', 'x86'] })
    expect([result.leftovers, asked.at(0), await primaryIpsOf(sandbox)]).toEqual([[], 'GET /v1/primary_ips', []])
  })

  it('says so when it cannot look for a primary IP, and leaves it at that', async () => {
    await using sandbox = await testSandbox({
      machines: 'none',
      failAction: endEarly,
      intercept: ({ path }) => (path.startsWith('/primary_ips/') ? errorAnswer(403, 'forbidden') : undefined),
    })
    const { result, notes } = await buildIn(sandbox)
    expect([result.leftovers, notes.filter((note) => note.includes('could not look'))]).toMatchObject([
      [],
      [expect.stringMatching(/primary IPs went with their servers \(\d+ of talos-image.*403 forbidden/)],
    ])
  })

  it('names a primary IP that stays and cannot be removed', async () => {
    await using sandbox = await testSandbox({
      ...withPrimaryIp,
      failAction: endEarly,
      intercept: ({ method, path }) =>
        method === 'DELETE' && path.startsWith('/primary_ips/') ? errorAnswer(403, 'forbidden') : undefined,
    })
    const { result } = await buildIn(sandbox, { removeMs: 1500 })
    const [left] = await primaryIpsOf(sandbox)
    expect(result.leftovers).toMatchObject([{ command: `hcloud primary-ip delete ${left?.id}` }])
  })

  it('does not try again to delete a server that somebody has protected', async () => {
    let asked = 0
    await using sandbox = await testSandbox({
      machines: 'none',
      failAction: (command) => (command === 'enable_rescue' ? { code: 'stock', message: 'ends it early' } : undefined),
      intercept({ method, path }) {
        if (method !== 'DELETE' || !path.startsWith('/servers/')) return undefined
        asked += 1
        return errorAnswer(423, 'protected')
      },
    })
    const { result } = await buildIn(sandbox)
    const [server] = (await contentsOf(sandbox)).servers
    const command = `hcloud server disable-protection ${server?.id} delete rebuild && hcloud server delete ${server?.name}`
    expect([asked, result.leftovers]).toMatchObject([
      1,
      [{ reason: expect.stringContaining('423 protected'), command }],
    ])
  })

  it('names a snapshot that somebody has protected and that is not published, with the commands that remove it', async () => {
    await using sandbox = await testSandbox({
      intercept({ method, path }) {
        if (!path.startsWith('/images/')) return undefined
        if (method === 'PUT') return errorAnswer(422, 'invalid_input')
        return method === 'DELETE' ? errorAnswer(423, 'protected') : undefined
      },
    })
    const { result } = await buildIn(sandbox)
    const [id] = (await contentsOf(sandbox)).snapshots.map((one) => one.id)
    expect(result.leftovers.map(({ command }) => command)).toEqual([
      `hcloud image disable-protection ${id} delete && talos-image cleanup --run ${result.run}`,
    ])
  })

  it.each([
    ['of which the cloud does not tell the server', false],
    ['that the cloud does not list', true],
  ])('removes a snapshot %s, when it cannot be published', async (_, isHidden) => {
    await using sandbox = await testSandbox({
      async intercept({ method, path, query }, answer) {
        if (method !== 'GET' || !/^\/images(\/\d+)?$/.test(path) || query.get('type') === 'system') return undefined
        if (isHidden && (query.get('label_selector') ?? '').includes('talos-image/lease')) return emptyList('images')
        const text = await (await answer()).text()
        return Response.json(JSON.parse(text.replaceAll(/"created_from":\{[^}]*\}/g, '"created_from":null')))
      },
    })
    const { result, events } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'snapshot' } }])
    expect(result.leftovers).toEqual([])
    expect(events).toContainEqual({ type: 'removed', name: expect.stringContaining('unpublished snapshot') })
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })

  it('keeps a snapshot that is not published and has other labels now, and says so', async () => {
    await using sandbox: TestSandbox = await testSandbox({
      async intercept({ method, path }) {
        if (method !== 'DELETE' || !path.startsWith('/servers/')) return undefined
        for (const { id } of (await contentsOf(sandbox)).snapshots)
          await sandbox.api(v.unknown(), 'PUT', `/images/${id}`, { labels: { mine: 'yes' } })
        return undefined
      },
      faults: [parseFaultFlag('factory disk unbootable')],
    })
    const { result, notes } = await buildIn(sandbox, { bootTest: true, timeouts: { bootTestMs: 700 } })
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'boot' } }])
    const { snapshots } = await contentsOf(sandbox)
    expect(snapshots).toMatchObject([{ labels: { mine: 'yes' } }])
    expect(notes.join()).toContain(`the snapshot ${snapshots[0]?.id}, which was not published, is kept`)
  })

  it('begins nothing when the token may only read', async () => {
    const token = 'r'.repeat(64)
    await using sandbox = await testSandbox({ tokens: [{ token, project: 'p', readOnly: true }] })
    await expect(buildIn(sandbox)).rejects.toMatchObject({ code: 'token' })
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })

  it.each([
    ['truncated', (disk: Buffer) => disk.subarray(0, disk.length / 2)],
    ['altered', (disk: Buffer) => Buffer.concat([disk.subarray(0, 200_000), Buffer.alloc(64), disk.subarray(200_064)])],
  ])('makes no snapshot of a download that is %s', async (_how, spoil) => {
    // The look-ups before the build, which ask for parts, get the truth.
    await using sandbox = await testSandbox({
      interceptFactory: async (request, answer) => {
        if (request.method !== 'GET' || request.headers.has('range') || !request.url.endsWith('.zst')) return undefined
        const given = await answer()
        const body = spoil(Buffer.from(await given.arrayBuffer()))
        return new Response(new Uint8Array(body), { headers: { 'content-length': String(body.length) } })
      },
    })
    const { result, notes } = await buildIn(sandbox)
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'source' } }])
    expect(notes.filter((note) => note.includes('trying again'))).toHaveLength(2)
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })

  it('makes no snapshot when the pinned hash is another', async () => {
    await using sandbox = await testSandbox()
    const { result } = await buildIn(sandbox, {
      sha256: { x86: 'a'.repeat(64) },
      vars: [
        `image_url_x86=${sandbox.factoryUrl}/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.12.2/hcloud-amd64.raw`,
      ],
    })
    expect(result.images).toMatchObject([
      { status: 'failed', problem: { code: 'source', message: expect.stringContaining('not the pinned') } },
    ])
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })
})

describe('a build from this computer', { timeout: 60_000 }, () => {
  it.each([
    ['plain', (disk: Buffer) => disk],
    ['gzip', (disk: Buffer) => gzipSync(disk, { level: 1 })],
  ])('streams a %s file', async (_how, pack) => {
    await using sandbox = await testSandbox()
    const folder = await mkdtemp(join(tmpdir(), 'talos-image-file-'))
    try {
      const path = join(folder, 'disk')
      const disk = await factoryDisk(sandbox)
      await writeFile(path, pack(disk))
      const { result } = await buildIn(sandbox, {
        localImage: { kind: 'file', path, at: { kind: 'flag', name: '--image-file' } },
      })
      const [image] = result.images
      if (image?.status !== 'built') throw new Error(JSON.stringify(image))
      expect(holds(await snapshotDisk(sandbox, image.snapshot.id), disk)).toBe(true)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('takes standard input, which it never skips', async () => {
    await using sandbox = await testSandbox()
    const disk = await factoryDisk(sandbox)
    const build = () =>
      buildIn(sandbox, {
        localImage: { kind: 'stdin' },
        openStdin: () => Readable.from([disk.subarray(0, 999), disk.subarray(999)]),
      })
    expect((await build()).result.images).toMatchObject([{ status: 'built' }])
    expect((await build()).result.images).toMatchObject([{ status: 'built' }])
    for (const { id } of (await contentsOf(sandbox)).snapshots)
      expect(holds(await snapshotDisk(sandbox, id), disk)).toBe(true)
  })

  it('makes no snapshot of a disk whose end is missing', async () => {
    await using sandbox = await testSandbox()
    const disk = await factoryDisk(sandbox)
    const half = disk.subarray(0, disk.length / 2)
    const { result } = await buildIn(sandbox, { localImage: { kind: 'stdin' }, openStdin: () => Readable.from([half]) })
    expect(result.images).toMatchObject([
      {
        status: 'failed',
        problem: {
          code: 'source',
          message: `the image has ${half.length} bytes, and its own partition table says ${disk.length}: its end is missing`,
          hint: 'get, copy or pack the image anew',
        },
      },
    ])
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })

  it('downloads a disk again whose end is missing', async () => {
    await using sandbox = await testSandbox()
    const disk = await factoryDisk(sandbox)
    let downloads = 0
    const [whole, half] = [disk, disk.subarray(0, disk.length / 2)].map((bytes) => gzipSync(bytes, { level: 1 }))
    await using server = await serveLoopback(({ headers }, response) => {
      const isDownload = headers.range === undefined
      if (isDownload) downloads += 1
      const sent = isDownload && downloads === 1 ? half : whole
      response.writeHead(200, { 'content-length': String(sent?.length) }).end(sent)
    })
    const { result } = await buildIn(sandbox, { vars: [`image_url_x86=${server.url}/v1.12.2/hcloud-amd64.raw.gz`] })
    const [image] = result.images
    if (image?.status !== 'built') throw new Error(JSON.stringify(image))
    expect(downloads).toBe(2)
    expect(holds(await snapshotDisk(sandbox, image.snapshot.id), disk)).toBe(true)
  })

  it('makes no snapshot of what is no disk, is bigger than the disk, or breaks off', async () => {
    await using sandbox = await testSandbox()
    const broken = new Readable({
      read() {
        this.push(Buffer.alloc(1000, 1))
        this.destroy(new Error('the pipe broke'))
      },
    })
    for (const [stdin, message] of [
      [Readable.from([Buffer.alloc(1_000_000, 7)]), 'not a disk image'],
      [Readable.from([]), 'is empty'],
      [Readable.from(Array.from({ length: 65 }, () => Buffer.alloc(1 << 20, 9))), 'bigger than the disk'],
      [broken, 'could not be read to its end: the pipe broke'],
    ] as const) {
      const { result } = await buildIn(sandbox, { localImage: { kind: 'stdin' }, openStdin: () => stdin })
      expect(result.images).toMatchObject([
        { status: 'failed', problem: { message: expect.stringContaining(message) } },
      ])
    }
    expect(await contentsOf(sandbox)).toEqual(EMPTY)
  })
})
