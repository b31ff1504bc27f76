/** The resource `talosimage_snapshot` without Terraform, against a sandbox. */

import { parseFaultFlag } from 'hcloud-sandbox'
import { describe, expect, it } from 'vitest'
import { FACTORY_URL } from '../../../src/factory/asset.ts'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'
import { type Context, DiagnosticsError } from '../../../src/provider/definition.ts'
import type { SnapshotState } from '../../../src/provider/resources/snapshot/attributes.ts'
import { snapshot } from '../../../src/provider/resources/snapshot/resource.ts'
import { UNKNOWN } from '../../../src/provider/schema.ts'
import { type ServerAccess, Session } from '../../../src/provider/session.ts'
import { type TestSandbox, testSandbox } from '../../support/sandbox.ts'
import { CONFIG } from '../../unit/provider/fixture.ts'
import { clientOf, contentsOf, errorAnswer, refuseSecondServer } from '../../unit/run/fixture.ts'

/** One run of Terraform. */
function contextIn(
  sandbox: TestSandbox,
  tests: Partial<Pick<ServerAccess, 'bootTestMs' | 'allowUnproven'>> = {},
  signal = AbortSignal.timeout(60_000),
  onLine: (line: string) => void = () => undefined,
): Context<Session> & { readonly lines: readonly string[] } {
  const lines: string[] = []
  const shared = {
    signal,
    log: (_: string, line: string): void => {
      lines.push(line)
      if (/ is a \S+ in /.test(line)) onLine(line)
    },
  }
  const open = async () => ({
    hetzner: clientOf(sandbox),
    factory: createFactoryClient({ url: sandbox.factoryUrl, publicUrl: FACTORY_URL, firstPauseMs: 1 }),
    factoryUrl: FACTORY_URL,
    sshPort: sandbox.sshPort,
    talosPort: sandbox.talosPort,
    close: async () => undefined,
  })
  const plain = { server: PLAIN_SERVER, sshTimeoutMs: 10_000, requireHostProof: false }
  const access = { ...plain, bootTestMs: undefined, allowUnproven: false, ...tests }
  return { ...shared, lines, provider: new Session(open, access, shared) }
}

const WANTED: SnapshotState & typeof CONFIG = {
  ...CONFIG,
  talos_version: 'v1.12.2',
  description: 'mine',
  protect: true,
}
const create = async (context: Context<Session>, config = WANTED) => {
  const planned = await snapshot.plan?.({ config, prior: null, proposed: config }, context)
  if (planned === undefined) throw new Error('there is no plan')
  return snapshot.create({ config, planned: planned.planned, expected: planned.expected ?? '' }, context)
}

async function created(context: Context<Session>, config = WANTED): Promise<SnapshotState> {
  const { state } = await create(context, config)
  if (state === null) throw new Error('there is no state')
  return state
}
const planned = (context: Context<Session>, config: typeof WANTED, prior: SnapshotState | null) =>
  snapshot.plan?.({ config, prior, proposed: config }, context)
const update = (context: Context<Session>, config: typeof WANTED, prior: SnapshotState) =>
  snapshot.update({ config, prior, planned: config }, context)

describe('talosimage_snapshot', { timeout: 60_000 }, () => {
  it('is built once for two resources that are the same', async () => {
    await using sandbox = await testSandbox()
    const context = contextIn(sandbox)
    const [one, other] = await Promise.all([create(context), create(context)])
    expect(one.state?.id).toBe(other.state?.id)
    expect([one.state?.adopted, other.state?.adopted].toSorted()).toEqual([false, true])
    const { snapshots, servers, sshKeys } = await contentsOf(sandbox)
    expect([servers, sshKeys]).toEqual([[], []])
    expect(snapshots).toMatchObject([{ description: 'mine', protection: { delete: true } }])
    expect(context.lines).toContainEqual(expect.stringMatching(/^x86: snapshot \d+$/))

    // The other one goes: that is the snapshot of both, which is held.
    if (other.state === null) throw new Error('there is no state')
    expect(await snapshot.delete(other.state, context)).toMatchObject([{ severity: 'warning' }])
    const told = [...(one.diagnostics ?? []), ...(other.diagnostics ?? [])]
    expect(told).toMatchObject([
      { severity: 'warning', summary: expect.stringMatching(/is that of another resource, too$/) },
    ])
    expect((await contentsOf(sandbox)).snapshots).toHaveLength(1)
  })

  it('does not go with the old resource while a new one with the same content is about to adopt it', async () => {
    const plain = { ...CONFIG, talos_version: 'v1.12.2', labels: { team: 'a' } }
    let onList: () => void = () => undefined
    await using sandbox = await testSandbox({
      intercept({ method, path }) {
        if (method === 'GET' && path === '/images') onList()
        return undefined
      },
    })
    const old = await created(contextIn(sandbox), plain)
    expect(old.keep_on_destroy).toBe(false)
    const context = contextIn(sandbox)
    const plan = await planned(context, plain, null)
    const deleted = new Promise<unknown>((resolve) => {
      onList = () => {
        onList = () => undefined
        resolve(snapshot.delete(old, context))
      }
    })
    const config = { config: plain, planned: plan?.planned ?? plain, expected: plan?.expected ?? '' }
    const { state } = await snapshot.create(config, context)
    expect(state).toMatchObject({ id: old.id, adopted: true })
    expect(await deleted).toMatchObject([{ summary: expect.stringContaining('the resource in its place has adopted') }])
    expect((await contentsOf(sandbox)).snapshots).toMatchObject([{ id: Number(old.id) }])
  })

  it('says in the plan that it adopts what an earlier run has built, and nothing of selectors; what differs is changed', async () => {
    await using sandbox = await testSandbox()
    await create(contextIn(sandbox), { ...CONFIG, talos_version: 'v1.12.2' })
    const [built] = (await contentsOf(sandbox)).snapshots
    const context = contextIn(sandbox)
    const planned = await snapshot.plan?.({ config: WANTED, prior: null, proposed: WANTED }, context)
    expect(planned?.diagnostics).toMatchObject([
      { severity: 'warning', summary: expect.stringContaining(`the snapshot ${built?.id} (`) },
    ])
    const { state } = await create(context)
    expect(state).toMatchObject({ id: String(built?.id), adopted: true, description: 'mine', protect: true })
    expect((await contentsOf(sandbox)).snapshots).toMatchObject([{ id: built?.id, description: 'mine' }])
  })

  it('is as protected as it was, and stays when it goes, where it was adopted and nothing is said of that', async () => {
    await using sandbox = await testSandbox()
    const plain = { ...CONFIG, talos_version: 'v1.12.2' }
    await create(contextIn(sandbox), WANTED)
    const context = contextIn(sandbox)
    const adopted = await created(context, plain)
    expect(adopted).toMatchObject({ adopted: true, protect: true, keep_on_destroy: true })
    expect((await update(context, plain, adopted)).state).toEqual(adopted)
    expect((await contentsOf(sandbox)).snapshots).toMatchObject([{ protection: { delete: true } }])
    const later = contextIn(sandbox)
    expect(await snapshot.delete(adopted, later)).toMatchObject([
      {
        summary: `the snapshot ${adopted.id} stays in the project`,
        detail: `It was there before the resource. To delete it: \`talos-image delete ${adopted.id}\`.`,
      },
    ])
    expect((await contentsOf(sandbox)).snapshots).toHaveLength(1)

    const open = { ...plain, protect: false, keep_on_destroy: false }
    const { state } = await update(later, open, adopted)
    if (state === null) throw new Error('there is no state')
    expect(await snapshot.delete(state, later)).toEqual([])
    expect((await contentsOf(sandbox)).snapshots).toEqual([])
  })

  it('tells of what the plan did not know: a snapshot that something else has built since', async () => {
    await using sandbox = await testSandbox()
    const plain = { ...CONFIG, talos_version: 'v1.12.2' }
    const context = contextIn(sandbox)
    const plan = await snapshot.plan?.({ config: plain, prior: null, proposed: plain }, context)
    if (plan === undefined) throw new Error('there is no plan')
    await create(contextIn(sandbox), plain)
    const done = await snapshot.create({ config: plain, planned: plan.planned, expected: plan.expected ?? '' }, context)
    expect(done.diagnostics).toMatchObject([
      { summary: expect.stringMatching(/was adopted, which the plan did not know$/) },
    ])
    // One that the plan knows is told there alone; and what Terraform has already is no surprise.
    if (done.state === null) throw new Error('there is no state')
    const next = contextIn(sandbox)
    expect((await create(next, plain)).diagnostics).toEqual([])
    await snapshot.read(done.state, next)
    expect((await snapshot.plan?.({ config: plain, prior: null, proposed: plain }, next))?.diagnostics).toMatchObject([
      { summary: expect.stringMatching(/is one that Terraform has already$/) },
    ])
  })

  it('gets its labels back, those of talos-image included', async () => {
    await using sandbox = await testSandbox()
    const plain = { ...CONFIG, talos_version: 'v1.12.2' }
    const context = contextIn(sandbox)
    const built = await created(context, plain)
    const before = (await contentsOf(sandbox)).snapshots[0]?.labels
    await clientOf(sandbox).images.update(Number(built.id), { labels: { version: 'v1.13.9' } }, {})
    const { state: drifted } = await snapshot.read(built, context)
    if (drifted === null) throw new Error('there is no state')
    expect(drifted).toMatchObject({ version: 'v1.12.2', identity: built.identity, own_labels: {} })
    expect((await planned(context, plain, drifted))?.planned).toEqual(built)
    expect((await update(context, plain, drifted)).state).toEqual(built)
    const { 'talos-image/run': _, 'talos-image/data-blake2b': __, ...restored } = before ?? {}
    expect((await contentsOf(sandbox)).snapshots[0]?.labels).toEqual(restored)
  })

  it('is stopped when its time is over, and what was made for it is removed', async () => {
    await using sandbox = await testSandbox()
    const context = contextIn(sandbox)
    const creating = create(context, { ...WANTED, timeouts: { create: '0.01s', update: null } })
    await expect(creating).rejects.toMatchObject({
      diagnostics: [{ summary: 'the snapshot was not built within 0.01s', path: ['timeouts', 'create'] }],
    })
    expect(await contentsOf(sandbox)).toEqual({ servers: [], sshKeys: [], snapshots: [] })
  })
})

describe('what is wrong in apply', { timeout: 60_000 }, () => {
  const plain = { ...CONFIG, talos_version: 'v1.12.2' }

  it('says at its attribute that the source is another one', async () => {
    await using sandbox = await testSandbox()
    await expect(create(contextIn(sandbox), { ...plain, sha256: '1'.repeat(64) })).rejects.toMatchObject({
      diagnostics: [{ summary: expect.stringContaining('not the pinned 1111'), path: ['sha256'] }],
    })
  })

  it.each([
    ['fails', false, 'scripted invalid_input'],
    ['is interrupted', true, 'interrupted'],
  ])('is not forgotten when what follows the build %s', async (_, isStopped, reason) => {
    const stop = new AbortController()
    await using sandbox = await testSandbox({
      intercept({ path }) {
        if (!path.endsWith('/actions/change_protection')) return undefined
        if (isStopped) stop.abort(new Error('stopped'))
        return errorAnswer(422, 'invalid_input')
      },
    })
    const { state, diagnostics } = await create(contextIn(sandbox, {}, stop.signal), WANTED)
    const [built, ...others] = (await contentsOf(sandbox)).snapshots
    expect(others).toEqual([])
    expect(state).toMatchObject({ id: String(built?.id), adopted: false, keep_on_destroy: false, protect: false })
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        summary: expect.stringMatching(`^the snapshot ${built?.id} was built, but not finished: .*${reason}`),
        detail: expect.stringContaining('terraform untaint'),
      },
    ])
    if (state === null) throw new Error('there is no state')
    expect(await snapshot.delete(state, contextIn(sandbox))).toEqual([])
    expect((await contentsOf(sandbox)).snapshots).toEqual([])
  })

  it('says what has come of what an interruption has stopped', async () => {
    await using sandbox = await testSandbox()
    const stop = new AbortController()
    const context = contextIn(sandbox, {}, stop.signal, () => stop.abort(new Error('stopped')))
    await expect(create(context, plain)).rejects.toMatchObject({
      diagnostics: [{ summary: 'interrupted', detail: 'What was made for it is removed.' }],
    })
    expect(await contentsOf(sandbox)).toEqual({ servers: [], sshKeys: [], snapshots: [] })
  })
})

describe('its boot test', { timeout: 60_000 }, () => {
  const LABEL = 'talos-image/boot-tested'
  const PLAIN = { ...CONFIG, talos_version: 'v1.13.9' }
  const BOOTED = { ...PLAIN, boot_test: true }
  const told = (work: Promise<unknown> | undefined): Promise<unknown> =>
    Promise.resolve(work).then(
      () => 'nothing',
      (error: unknown) => (error instanceof DiagnosticsError ? error.diagnostics : error),
    )

  it('boots what is there when it is switched on, and does nothing when it is switched off', async () => {
    await using sandbox = await testSandbox()
    const context = contextIn(sandbox)
    const plain = await created(context, PLAIN)
    expect([plain.boot_test, plain.boot_tested]).toEqual([false, null])

    expect((await planned(context, BOOTED, plain))?.planned).toEqual({
      ...plain,
      boot_test: true,
      boot_tested: UNKNOWN,
    })
    const on = await update(context, BOOTED, plain)
    expect(on).toEqual({ state: { ...plain, boot_test: true, boot_tested: 'v1.13.9' }, diagnostics: [] })
    const { snapshots, ...rest } = await contentsOf(sandbox)
    expect(snapshots).toMatchObject([{ id: Number(plain.id), labels: { [LABEL]: 'v1.13.9' } }])
    expect(rest).toEqual({ servers: [], sshKeys: [] })

    const said = context.lines.length
    if (on.state === null) throw new Error('there is no state')
    expect((await planned(context, PLAIN, on.state))?.planned).toEqual({ ...on.state, boot_test: false })
    expect((await update(context, PLAIN, on.state)).state).toEqual({ ...on.state, boot_test: false })
    expect(context.lines).toHaveLength(said)
  })

  it('that fails publishes nothing that is new, and leaves what was there', async () => {
    await using sandbox = await testSandbox({ faults: [parseFaultFlag('talos refuse')] })
    const context = contextIn(sandbox, { bootTestMs: 200 })
    const failed = [
      { summary: expect.stringMatching(/^the snapshot \d+ does not boot: .*refused/), detail: expect.any(String) },
    ]
    expect(await told(create(context, BOOTED))).toMatchObject(failed)
    expect(await contentsOf(sandbox)).toEqual({ servers: [], sshKeys: [], snapshots: [] })

    const plain = await created(context, PLAIN)
    expect(await told(update(context, BOOTED, plain))).toMatchObject(failed)
    const late = { ...BOOTED, timeouts: { create: null, update: '0.01s' } }
    expect(await told(update(context, late, plain))).toMatchObject([
      { summary: 'the snapshot was not booted within 0.01s', path: ['timeouts', 'update'] },
    ])
    const { snapshots, ...rest } = await contentsOf(sandbox)
    expect(snapshots).toMatchObject([
      { id: Number(plain.id), labels: expect.not.objectContaining({ [LABEL]: expect.anything() }) },
    ])
    expect(rest).toEqual({ servers: [], sshKeys: [] })
  })

  it('that finds no server fails, or is made up for by the next apply where that is allowed', async () => {
    let hasStock = false
    const refuse = refuseSecondServer()
    await using sandbox = await testSandbox({ intercept: (request) => (hasStock ? undefined : refuse(request)) })
    expect(await told(create(contextIn(sandbox), BOOTED))).toMatchObject([
      { detail: expect.stringContaining('allow_unproven = true in boot_tests of the provider') },
    ])
    const context = contextIn(sandbox, { allowUnproven: true })
    const { state, diagnostics } = await create(context, BOOTED)
    expect(diagnostics).toMatchObject([{ severity: 'warning', path: ['boot_test'] }])
    if (state === null) throw new Error('there is no state')
    expect([state.boot_test, state.boot_tested]).toEqual([true, null])
    expect((await update(context, BOOTED, state)).diagnostics).toMatchObject([{ severity: 'warning' }])
    hasStock = true
    expect((await update(context, BOOTED, state)).state).toEqual({ ...state, boot_tested: 'v1.13.9' })
  })

  it('of what cannot tell anything is refused in the plan, also of what is there', async () => {
    await using sandbox = await testSandbox()
    const context = contextIn(sandbox)
    const schematic = 'customization:\n  embeddedMachineConfiguration: "version: v1alpha1"\n'
    const plain = await created(context, { ...PLAIN, schematic })
    expect(await told(planned(context, { ...BOOTED, schematic }, plain))).toMatchObject([
      { path: ['schematic'], detail: expect.stringMatching(/^Line 2.* Leave boot_test out/) },
    ])
  })
})
