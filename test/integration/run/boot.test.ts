import { type InterceptedRequest, parseFaultFlag } from 'hcloud-sandbox'
import { describe, expect, it } from 'vitest'
import { testSandbox } from '../../support/sandbox.ts'
import { type BuildTestOptions, buildIn, contentsOf } from '../../unit/run/fixture.ts'

const EMPTY = { servers: [], sshKeys: [], snapshots: [] }
const QUICK = { bootLookMs: 400, sshMs: 4000 }

async function buildWith(rules: readonly string[], options: BuildTestOptions = {}) {
  const asked: string[] = []
  const happened: string[] = []
  await using sandbox = await testSandbox({
    faults: rules.map(parseFaultFlag),
    onFault: (text) => happened.push(text),
    onRequest: ({ method, path }) => asked.push(`${method} ${path.replace(/\d+/g, '*')}`),
  })
  const { result, events, notes } = await buildIn(sandbox, { ...options, timeouts: { ...QUICK, ...options.timeouts } })
  const servers = events.flatMap((event) => (event.type === 'server-created' ? [event] : []))
  const powerOns = asked.filter((line) => line.endsWith('/actions/poweron')).length
  const booted = asked.slice(asked.findIndex((line) => line.endsWith('/actions/poweron')))
  const downloads = booted.filter((line) => line.startsWith('GET /image/')).length
  return { result, notes, servers, powerOns, downloads, happened, contents: await contentsOf(sandbox) }
}

describe('a boot that goes past rescue', { timeout: 60_000 }, () => {
  it('is noticed, and the server is booted again', async () => {
    const { result, notes, servers, powerOns, contents } = await buildWith(['rescue ignored times=1'])
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect([servers.length, powerOns]).toEqual([1, 2])
    expect(notes.join('\n')).toMatch(
      /the server talos-image-\w+-x86 has run for \d+ s and has not entered rescue, which is still enabled; booting it again \(1 of 2, each up to 1 min\)/,
    )
    expect(contents).toMatchObject({ servers: [], sshKeys: [], snapshots: [{}] })
  })

  it('leads to another server at another location after three boots, and the first one is removed before', async () => {
    const { result, notes, servers, powerOns, contents } = await buildWith(['rescue ignored times=3'])
    expect(result.images).toMatchObject([{ status: 'built', placement: servers[1]?.placement }])
    expect([servers.length, powerOns]).toEqual([2, 4])
    expect(servers[1]?.name).toBe(`${servers[0]?.name}-2`)
    expect(servers[1]?.placement.location).not.toBe(servers[0]?.placement.location)
    expect(notes.join('\n')).toContain('trying another server')
    expect(contents).toMatchObject({ servers: [], sshKeys: [], snapshots: [{}] })
  })

  it('fails after three boots of each of two servers, with what to do, and leaves nothing', async () => {
    const { result, powerOns, contents } = await buildWith(['rescue ignored'], { timeouts: { bootLookMs: 200 } })
    expect(result.images).toMatchObject([
      { status: 'failed', problem: { code: 'ssh', hint: expect.stringContaining('another location') } },
    ])
    expect([powerOns, result.leftovers, contents]).toEqual([6, [], EMPTY])
  })

  it('is one as well when the system on the disk answers', async () => {
    let left = 1
    await using sandbox = await testSandbox({
      async intercept({ method, path }) {
        if (method !== 'POST' || !path.endsWith('/poweron') || left-- <= 0) return undefined
        const headers = { Authorization: `Bearer ${sandbox.token}` }
        const disable = path.replace('poweron', 'disable_rescue')
        await fetch(sandbox.endpoint + disable, { method, headers })
        return undefined
      },
    })
    const { result, notes } = await buildIn(sandbox, { timeouts: QUICK })
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(notes.join('\n')).toMatch(/what answered is not the rescue system but ".*"; booting it again/)
  })
})

describe('a server is switched on', { timeout: 60_000 }, () => {
  const isLook = ({ method, path }: InterceptedRequest): boolean => method === 'GET' && /^\/servers\/\d+$/.test(path)

  /** A cloud in which the server does not show for a while that rescue is enabled. */
  async function buildWhile(looks: number) {
    let left = looks
    const order: string[] = []
    await using sandbox = await testSandbox({
      async intercept(request, answer) {
        if (request.method === 'POST') order.push(request.path.split('/').at(-1) ?? '')
        if (!isLook(request)) return undefined
        const given = await answer()
        const text = await given.text()
        const isHidden = left-- > 0
        order.push(isHidden ? 'not shown' : 'shown')
        return new Response(isHidden ? text.replace('"rescue_enabled":true', '"rescue_enabled":false') : text, given)
      },
    })
    const { result } = await buildIn(sandbox, { timeouts: QUICK })
    return { result, order: order.slice(order.indexOf('enable_rescue')) }
  }

  it('after one look when that shows rescue enabled', async () => {
    const { result, order } = await buildWhile(0)
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(order.slice(0, 3)).toEqual(['enable_rescue', 'shown', 'poweron'])
  })

  it('only once it shows that rescue is enabled, however early the action ends', async () => {
    const { result, order } = await buildWhile(3)
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(order.slice(0, 6)).toEqual(['enable_rescue', 'not shown', 'not shown', 'not shown', 'shown', 'poweron'])
  })

  it('never when it does not show it at all: rescue is enabled anew, and then given up', async () => {
    const { result, order } = await buildWhile(Number.POSITIVE_INFINITY)
    expect(result.images).toMatchObject([
      { status: 'failed', problem: { message: expect.stringContaining('succeeded, and the server does not show it') } },
    ])
    expect(order).not.toContain('poweron')
    expect(order.filter((word) => word === 'enable_rescue')).toHaveLength(4)
  })
})

describe('a rescue system', { timeout: 60_000 }, () => {
  it('that is slow is waited for, without another boot', async () => {
    const { result, powerOns } = await buildWith(['rescue slow delay=1s'])
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(powerOns).toBe(1)
  })

  it('that listens at the other port is found there', async () => {
    const { result, powerOns, happened } = await buildWith(['ssh-port 222'])
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect([powerOns, happened.length]).toEqual([1, 1])
  })

  const ipv6Only = {
    ipv4: { value: false, origin: { kind: 'default' } },
  } as const

  it('that has another IPv6 address than the first cannot be reached, and the hint says so', async () => {
    const { result, contents } = await buildWith(['rescue-address other'], {
      server: ipv6Only,
      timeouts: { sshMs: 600 },
    })
    expect(result.images).toMatchObject([
      { status: 'failed', problem: { code: 'ssh', hint: expect.stringContaining('another address') } },
    ])
    expect([result.leftovers, contents]).toEqual([[], EMPTY])
  })
})

describe('what answers at the address of the server', { timeout: 60_000 }, () => {
  const proofOf = ({ result }: Awaited<ReturnType<typeof buildWith>>) =>
    result.images.map((image) => (image.status === 'built' ? (image.unproven ?? 'proven') : image.status))

  it('proves that it is the server, also when a build may not go on without', async () => {
    const built = await buildWith([], { requireHostProof: true })
    expect(proofOf(built)).toEqual(['proven'])
    expect([built.notes, built.downloads]).toEqual([[], 1])
  })

  it.each([
    ['another machine', 'rescue imposter'],
    ['something on the way that shows a host key of its own', 'ssh new-host-key'],
  ])(
    'is found out when it is %s, where a proof is required: nothing is downloaded, and nothing left',
    async (_, rule) => {
      const { result, downloads, powerOns, contents } = await buildWith([rule], { requireHostProof: true })
      expect(result.images).toMatchObject([
        {
          status: 'failed',
          problem: {
            code: 'ssh',
            message: expect.stringMatching(/^it is not proven that what answers at .* it gave a proof that is wrong$/),
            hint: expect.stringContaining('--require-host-proof'),
          },
        },
      ])
      expect([downloads, powerOns, result.leftovers, contents]).toEqual([0, 2, [], EMPTY])
    },
  )

  it('gets another boot, and another password, when it gave a wrong proof once', async () => {
    const built = await buildWith(['rescue imposter times=1'], { requireHostProof: true })
    expect(proofOf(built)).toEqual(['proven'])
    expect(built.powerOns).toBe(2)
  })

  it('may have no proof: it is said, and in the result', async () => {
    const built = await buildWith(['rescue without-password'])
    const reason = 'the rescue system has no root password'
    expect(proofOf(built)).toEqual([reason])
    expect(built.notes.join()).toMatch(
      /^it is not proven that what answers at .* is the server talos-image-.*-x86: the/,
    )
  })

  it('fails the build when it has no proof and must have one', async () => {
    const { result, downloads, contents } = await buildWith(['rescue without-password'], { requireHostProof: true })
    expect(result.images).toMatchObject([
      { problem: { code: 'ssh', hint: expect.stringContaining('--require-host-proof') } },
    ])
    expect([downloads, contents]).toEqual([0, EMPTY])
  })

  it('may give a wrong proof, as rescue systems with another password would: it is said, and in the result', async () => {
    const built = await buildWith(['rescue imposter'])
    expect(proofOf(built)).toEqual(['it gave a proof that is wrong'])
    expect(built.notes.join()).toContain('it gave a proof that is wrong')
  })
})
