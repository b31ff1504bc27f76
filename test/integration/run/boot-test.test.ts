import { parseFaultFlag } from 'hcloud-sandbox'
import { parseSchematic } from 'talos-schematic'
import { describe, expect, test } from 'vitest'
import type { BuildEvent } from '../../../src/run/events.ts'
import type { BuiltResult, ImageResult } from '../../../src/run/result.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { type BuildTestOptions, buildIn, contentsOf, planIn, refuseSecondServer } from '../../unit/run/fixture.ts'

const LABEL = 'talos-image/boot-tested'

/** Builds with a boot test, in a sandbox with faults. */
async function tryOut(
  faults: readonly string[],
  options: BuildTestOptions = {},
  more: Parameters<typeof testSandbox>[0] = {},
) {
  await using sandbox = await testSandbox({ faults: faults.map(parseFaultFlag), ...more })
  const built = await buildIn(sandbox, { bootTest: true, ...options })
  return { ...built, contents: await contentsOf(sandbox) }
}

function builtOf([image]: readonly ImageResult[]): BuiltResult {
  if (image?.status !== 'built') throw new Error(JSON.stringify(image))
  return image
}

const stepsOf = (events: readonly BuildEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'step-started' ? [event.step] : []))

describe('a build with a boot test', () => {
  test('publishes a snapshot that has booted, with what was read of it, and leaves nothing behind', async () => {
    const { result, events, contents } = await tryOut([], { vars: ['talos_version=v1.13.9'] })
    const { boot, snapshot } = builtOf(result.images)
    expect(boot).toMatchObject({
      facts: {
        version: { verdict: 'proven', found: 'v1.13.9' },
        architecture: { verdict: 'proven', found: 'amd64' },
        platform: { verdict: 'proven', found: 'hcloud' },
        schematic: { verdict: 'proven' },
        server: { verdict: 'proven' },
      },
      namesAddress: true,
    })
    expect(snapshot.labels).toMatchObject({ [LABEL]: 'v1.13.9', 'talos-image/version': 'v1.13.9' })
    expect(contents).toMatchObject({ servers: [], sshKeys: [], snapshots: [{ id: snapshot.id }] })
    expect(result.leftovers).toEqual([])
    const steps = stepsOf(events)
    expect(steps.slice(steps.indexOf('snapshot'))).toEqual(['snapshot', 'boot-test', 'publish', 'clean-up'])
    expect(events.filter(({ type }) => type === 'server-created')).toMatchObject([
      { name: expect.not.stringContaining('boot') },
      { name: expect.stringMatching(/--boot$/) },
    ])
  })

  test('says what Talos does not tell, as releases up to 1.12 do', async () => {
    const { result, notes } = await tryOut([], { vars: ['talos_version=v1.12.2'] })
    const { boot, snapshot } = builtOf(result.images)
    expect(boot).toMatchObject({ facts: { version: { verdict: 'unreadable' }, schematic: { verdict: 'proven' } } })
    expect(snapshot.labels[LABEL]).toBe('talos')
    expect(notes).toContainEqual(expect.stringContaining('not told: version, architecture'))
  })

  test.each<[string, string[], string]>([
    ['a disk that does not boot', ['factory disk unbootable'], 'does not boot: Talos does not answer'],
    ['Talos that never answers', ['talos refuse'], 'refused'],
    ['Talos that is silent', ['talos silent'], 'timed out'],
    ['another service', ['talos other-service'], 'answered with TLS, but not with gRPC'],
    ['another version', ['talos other-version'], 'version v0.0.1 instead of v1.13.9'],
  ])('publishes nothing of %s', async (_, faults, why) => {
    const options = { vars: ['talos_version=v1.13.9'], timeouts: { bootTestMs: 700 } }
    const { result, contents } = await tryOut(faults, options)
    expect(result.images).toMatchObject([
      { status: 'failed', problem: { code: 'boot', message: expect.stringContaining(why), hint: expect.any(String) } },
    ])
    expect(contents).toEqual({ servers: [], sshKeys: [], snapshots: [] })
    expect(result.leftovers).toEqual([])
  })

  test.each<[string, string[]]>([
    ['answers late', ['talos slow delay=400ms']],
    ['loses its power once', ['power fails after=0ms skip=1 times=1']],
    ['does not answer after its first boot', ['talos refuse times=1']],
  ])('publishes what %s', async (_, faults) => {
    const { result } = await tryOut(faults, { timeouts: { bootTestMs: 2000, bootLookMs: 200 } })
    expect(builtOf(result.images).snapshot.labels[LABEL]).toBe('talos')
  })

  test('waits for its own build server to go where the project may have one server', async () => {
    const { result, contents } = await tryOut([], {}, { limits: { servers: 1 } })
    expect(builtOf(result.images).snapshot.labels).toHaveProperty([LABEL])
    expect(contents.servers).toEqual([])
  })

  test('fails when its snapshot cannot be booted anywhere, unless it may be published unproven', async () => {
    const onlyOnce = { intercept: refuseSecondServer() }
    const refused = await tryOut([], {}, onlyOnce)
    expect(refused.result.images).toMatchObject([
      { status: 'failed', problem: { code: 'stock', hint: expect.stringContaining('--allow-unproven') } },
    ])
    expect(refused.contents).toEqual({ servers: [], sshKeys: [], snapshots: [] })

    const allowed = await tryOut([], { allowUnproven: true }, { intercept: refuseSecondServer() })
    const { boot, snapshot } = builtOf(allowed.result.images)
    expect(boot).toEqual({ reason: expect.stringContaining('in stock') })
    expect(snapshot.labels).not.toHaveProperty([LABEL])
  })

  test('leaves nothing behind when it is interrupted while the snapshot boots', async () => {
    const controller = new AbortController()
    const onEvent = (event: BuildEvent): void => {
      if (event.type === 'server-created' && event.name.endsWith('--boot')) controller.abort()
    }
    const { result, contents } = await tryOut(['talos refuse'], { signal: controller.signal, onEvent })
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'interrupted' } }])
    expect(contents).toEqual({ servers: [], sshKeys: [], snapshots: [] })
    expect(result.leftovers).toEqual([])
  })

  test('finds out that Talos has a configuration, where the plan could not', async () => {
    await using sandbox = await testSandbox({})
    const schematic = toSchematic('customization:\n  embeddedMachineConfiguration: "version: v1alpha1"\n')
    const vars = ['talos_version=v1.13.9']
    await expect(planIn(sandbox, { vars, schematic, bootTest: true })).rejects.toMatchObject({
      problems: [{ code: 'schematic', at: { file: 'schematic.yaml', line: 2 } }],
    })
    const { images } = await planIn(sandbox, { vars, schematic })
    const [source] = images.map((image) => image.source)
    if (source?.kind !== 'factory') throw new Error('no image of the Factory')
    const { result } = await buildIn(sandbox, { vars: [...vars, `image_url_x86=${source.url}`], bootTest: true })
    expect(result.images).toMatchObject([
      { problem: { code: 'boot', message: expect.stringContaining('a client certificate wanted') } },
    ])
  })
})

describe('an image that exists', () => {
  test('is booted once, and labelled', async () => {
    await using sandbox = await testSandbox({})
    const first = builtOf((await buildIn(sandbox)).result.images).snapshot
    expect(first.labels).not.toHaveProperty([LABEL])

    const tested = await buildIn(sandbox, { bootTest: true })
    expect(tested.result.images).toMatchObject([{ status: 'existing', snapshot: { id: first.id }, boot: {} }])
    expect(stepsOf(tested.events)).toEqual(['boot-test', 'publish', 'clean-up'])
    const { snapshots, servers } = await contentsOf(sandbox)
    expect(snapshots).toMatchObject([{ id: first.id, labels: { ...first.labels, [LABEL]: 'talos' } }])
    expect(servers).toEqual([])

    const again = await buildIn(sandbox, { bootTest: true })
    expect(stepsOf(again.events)).toEqual([])
  })
})

function toSchematic(text: string) {
  return { file: 'schematic.yaml', parsed: parseSchematic(text, 'schematic.yaml') }
}
