import { writeFile } from 'node:fs/promises'
import type { SandboxOptions } from 'hcloud-sandbox'
import { parseSchematic } from 'talos-schematic'
import { describe, expect, test } from 'vitest'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { plan } from '../../../src/library/plan.ts'
import type { PlanRequest, SchematicFile } from '../../../src/plan/request.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { planRequest, sourced, VAR_FILE, variables } from '../../unit/plan/fixture.ts'
import { diskImage, zstd } from '../../unit/source/fixture.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { tempDir } from '../../unit/util/temp-dir.ts'
import { serveLoopback } from '../util/loopback-server.ts'

const MIB = 1 << 20
const FAST = { retries: 1, firstPauseMs: 0, longestPauseMs: 0 }

async function world(options: Partial<SandboxOptions> = {}) {
  const sandbox = await testSandbox({ machines: 'none', ...options })
  const hetzner = createHetznerClient({ token: sandbox.token, endpoint: sandbox.endpoint, retry: FAST })
  const factory = createFactoryClient({ url: sandbox.factoryUrl, ...FAST })
  const signal = new AbortController().signal
  return {
    sandbox,
    plan: (request: Partial<PlanRequest> = {}) => plan(planRequest(request), { hetzner, factory, signal }),
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

const schematic = (text: string, file = 'schematic.yaml'): SchematicFile => ({
  file,
  parsed: parseSchematic(text, file),
})
const extensions = (...names: string[]): string =>
  `customization:\n  systemExtensions:\n    officialExtensions:\n${names.map((name) => `      - ${name}\n`).join('')}`

describe('a plan against the emulated cloud and Factory', () => {
  test('takes the best form of the default images, and makes nothing', async () => {
    await using there = await world()
    const { images, warnings, talosVersion } = await there.plan()
    expect(talosVersion).toBe('v1.12.2')
    expect(warnings).toEqual([])
    for (const image of images) {
      expect(image.source).toMatchObject({ kind: 'factory', url: expect.stringMatching(/\.raw\.zst$/) })
      expect(image.sourceFacts).toMatchObject({ compression: 'zst', rawBytes: 16 * MIB })
      expect(image.installer).toBe(
        `${new URL(there.sandbox.factoryUrl).host}/hcloud-installer/${image.schematicId}:v1.12.2`,
      )
      expect(image.placements.length).toBeGreaterThan(0)
    }
  })

  test('of a shard has its part of the images, and none where there are fewer images than shards', async () => {
    await using there = await world()
    const parts = await Promise.all([1, 2, 3].map((index) => there.plan({ shard: { index, count: 3 } })))
    expect(parts.map(({ images }) => images.map(({ name }) => name))).toEqual([['arm'], ['x86'], []])
    expect(parts.map(({ shard, talosVersion }) => [shard?.index, talosVersion])).toEqual([
      [1, 'v1.12.2'],
      [2, 'v1.12.2'],
      [3, 'v1.12.2'],
    ])
    const whole = await there.plan()
    expect(whole.shard).toBeUndefined()
    expect(parts.flatMap(({ images }) => images)).toEqual(whole.images)
  })

  test('takes xz where there is no zstd, under the same identity as a URL of that asset', async () => {
    await using there = await world()
    const old = variables({ talosVersion: sourced('v1.7.5') })
    const [image] = (await there.plan({ variables: old, architectures: ['x86'] })).images
    const { url } = { url: '', ...image?.source }
    expect(url).toMatch(/v1\.7\.5\/hcloud-amd64\.raw\.xz$/)
    const byUrl = { ...old, imageUrls: { arm: sourced(null), x86: sourced(url.replace('.xz', '.gz'), VAR_FILE) } }
    const [same] = (await there.plan({ variables: byUrl, architectures: ['x86'] })).images
    expect(same?.identity).toBe(image?.identity)
    expect(same?.schematicId).toBe(image?.schematicId)
  })

  test('resolves a floating version', async () => {
    await using there = await world()
    const { talosVersion, images } = await there.plan({
      variables: variables({ talosVersion: sourced('v1.12') }),
      architectures: ['arm'],
    })
    expect(talosVersion).toBe('v1.12.8')
    expect(images[0]?.labels.version).toBe('v1.12.8')
  })

  test('submits the schematic of each role', async () => {
    await using there = await world()
    const { images } = await there.plan({
      roles: ['control-plane', 'worker'],
      roleSchematics: new Map([
        ['control-plane', schematic(extensions('siderolabs/tailscale', 'siderolabs/iscsi-tools'), 'c.yaml')],
        ['worker', schematic(extensions('siderolabs/iscsi-tools'), 'w.yaml')],
      ]),
    })
    expect(images.map(({ name }) => name)).toEqual([
      'arm control-plane',
      'x86 control-plane',
      'arm worker',
      'x86 worker',
    ])
    expect(new Set(images.map(({ schematicId }) => schematicId)).size).toBe(2)
    expect(new Set(images.map(({ identity }) => identity)).size).toBe(4)
  })

  test('works without the Factory for images of the own', async () => {
    await using dir = await tempDir()
    await using there = await world({ interceptFactory: () => new Response('down', { status: 500 }) })
    const packed = zstd(diskImage())
    await using server = await serveLoopback((_, response) => response.writeHead(200).end(packed))
    await writeFile(dir.file('disk'), packed)
    const imageUrls = { arm: sourced(null), x86: sourced(`${server.url}/disk.raw.zst`, VAR_FILE) }
    const byUrl = await there.plan({ architectures: ['x86'], variables: variables({ imageUrls }) })
    expect(byUrl.images[0]).toMatchObject({ source: { kind: 'url' }, schematicId: undefined, installer: undefined })
    const localImage = { kind: 'file', path: dir.file('disk'), at: VAR_FILE } as const
    const byFile = await there.plan({ architectures: ['x86'], localImage })
    expect(byFile.images[0]?.source).toMatchObject({ kind: 'file', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const byStdin = await there.plan({ architectures: ['x86'], localImage: { kind: 'stdin' } })
    expect(byStdin.images[0]).toMatchObject({ source: { kind: 'stdin' }, identity: undefined })
  })

  test('refuses a plain disk of unknown length, unless its hash is pinned', async () => {
    await using there = await world()
    await using server = await serveLoopback((_, response) => response.writeHead(200).end(diskImage()))
    const imageUrls = { arm: sourced(`${server.url}/disk.raw`, VAR_FILE), x86: sourced(null) }
    const wanted = { architectures: ['arm'], variables: variables({ imageUrls }) } as const
    await expect(there.plan(wanted)).rejects.toMatchObject({ code: 'source' })
    expect((await there.plan({ ...wanted, sha256: { arm: 'a'.repeat(64) } })).images).toHaveLength(1)
  })

  test('warns of URLs that contradict the variables', async () => {
    await using there = await world()
    await using server = await serveLoopback((_, response) => {
      response.writeHead(200, { 'content-length': diskImage().length }).end(diskImage())
    })
    const imageUrls = { arm: sourced(`${server.url}/v1.11.0/hcloud-amd64.raw`, VAR_FILE), x86: sourced(null) }
    const { warnings } = await there.plan({ architectures: ['arm'], variables: variables({ imageUrls }) })
    expect(warnings).toHaveLength(2)
  })
})

describe('everything that is wrong', () => {
  test('is said at once, with its place', async () => {
    await using there = await world()
    const file = schematic(extensions('siderolabs/iscsi-tool', 'siderolabs/gvisor'), 'mine.yaml')
    await using server = await serveLoopback((_, response) => response.writeHead(404).end())
    const error = await failureOf(
      there.plan({
        roles: ['worker', undefined],
        roleSchematics: new Map([['worker', file]]),
        variables: variables({
          location: sourced('fsn11', VAR_FILE),
          serverTypes: { arm: sourced('cax12', VAR_FILE), x86: sourced('cx23') },
          imageUrls: { arm: sourced(`${server.url}/missing.raw`, VAR_FILE), x86: sourced(null) },
        }),
      }),
    )
    const said = error.problems.map(({ message }) => message).join('\n')
    expect(said).toContain('siderolabs/iscsi-tool')
    expect(said).toContain('missing.raw answers 404')
    expect(said).toContain('location "fsn11"')
    expect(said).toContain('server type "cax12"')
    expect(error.problems).toHaveLength(4)
    expect(error.problems.every(({ at }) => at !== undefined)).toBe(true)
  })

  test('includes the token, and a version that is not there', async () => {
    await using there = await world({ tokens: [{ token: 'other', project: 'p', readOnly: false }] })
    const hetzner = createHetznerClient({ token: 'wrong', endpoint: there.sandbox.endpoint, retry: FAST })
    const factory = createFactoryClient({ url: there.sandbox.factoryUrl, ...FAST })
    const request = planRequest({ variables: variables({ talosVersion: sourced('v1.12.99', VAR_FILE) }) })
    const error = await failureOf(plan(request, { hetzner, factory, signal: new AbortController().signal }))
    expect(error.problems.map(({ code }) => code).sort()).toEqual(['config', 'token'])
  })

  test("includes the Factory's own words", async () => {
    await using there = await world({
      interceptFactory: ({ url }) =>
        url.includes('/image/') ? new Response('the disk is full\n', { status: 500 }) : undefined,
    })
    const error = await failureOf(there.plan({ architectures: ['arm'] }))
    expect(error.message).toContain('500 the disk is full')
  })

  test('includes a file that is not the pinned one', async () => {
    await using dir = await tempDir()
    await using there = await world()
    await writeFile(dir.file('disk'), diskImage())
    const localImage = { kind: 'file', path: dir.file('disk'), at: VAR_FILE } as const
    const error = await failureOf(there.plan({ architectures: ['arm'], localImage, sha256: { arm: '0'.repeat(64) } }))
    expect(error).toMatchObject({ code: 'source', at: VAR_FILE, hint: expect.stringContaining('--sha256') })
  })
})

test('an abort ends it at once', async () => {
  const stop = new AbortController()
  const reason = new Error('stop it')
  await using there = await world({
    interceptFactory: () => {
      stop.abort(reason)
      return undefined
    },
  })
  const { endpoint, token, factoryUrl } = there.sandbox
  const hetzner = createHetznerClient({ token, endpoint, retry: FAST })
  const factory = createFactoryClient({ url: factoryUrl, ...FAST })
  await expect(plan(planRequest(), { hetzner, factory, signal: stop.signal })).rejects.toBe(reason)
})
