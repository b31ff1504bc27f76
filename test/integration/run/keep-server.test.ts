import { describe, expect, it } from 'vitest'
import { cleanUp } from '../../../src/library/clean-up.ts'
import { connect } from '../../../src/remote/session.ts'
import type { FailedServer } from '../../../src/run/failed-server.ts'
import { findTemporary, isAbandoned } from '../../../src/run/sweep.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { buildIn, clientOf, contentsOf, errorAnswer } from '../../unit/run/fixture.ts'

const HOUR_MS = 3_600_000
/** What the source does not hash to, so that a build fails once its server has written the disk. */
const sha256 = { x86: 'f'.repeat(64) }
const signal = AbortSignal.timeout(60_000)

describe('the server of an image that failed', { timeout: 60_000 }, () => {
  it('is kept when that is wanted: its key logs in, and no other run removes it until its time is over', async () => {
    await using sandbox = await testSandbox()
    const failed: FailedServer[] = []
    const onError = async (server: FailedServer) => {
      failed.push(server)
      return 'ssh there'
    }
    const { result, notes } = await buildIn(sandbox, {
      sha256,
      onError,
      server: { labels: new Map([['team', { value: 'a', origin: { kind: 'default' } }]]) },
    })
    const [server] = failed
    if (server === undefined) throw new Error('nothing was asked')
    expect(server).toMatchObject({ image: 'x86', run: result.run, problem: { code: 'source' } })
    expect(result).toMatchObject({
      leftovers: [],
      images: [{ status: 'failed', kept: { name: server.name, login: 'ssh there' } }],
    })
    expect(notes).toContain(`the server ${server.name} is kept`)
    const contents = await contentsOf(sandbox)
    expect(contents).toMatchObject({ servers: [{ name: server.name }], sshKeys: [], snapshots: [] })
    expect(contents.servers[0]?.labels).toMatchObject({ team: 'a', 'talos-image/kept': 'true' })

    const session = await connect(server, 10_000, signal)
    const { stdout } = await session.run('echo here', { signal, timeoutMs: 10_000, name: 'looking' })
    session.end()
    expect(stdout).toBe('here\n')

    const hetzner = clientOf(sandbox)
    const [found] = await findTemporary(hetzner, { signal })
    if (found === undefined) throw new Error('it is not found')
    expect(found).toMatchObject({ kind: 'server', name: server.name, isKept: true })
    expect([7, 9].map((hours) => isAbandoned(found, Date.now() + hours * HOUR_MS))).toEqual([false, true])
    expect((await cleanUp(hetzner)).removed).toEqual([])
    expect((await cleanUp(hetzner, { run: result.run })).removed).toHaveLength(1)
    expect((await contentsOf(sandbox)).servers).toEqual([])
  })

  it.each<[string, () => Promise<string | undefined>]>([
    ['is not wanted', async () => undefined],
    ['fails', () => Promise.reject(new Error('no place for the key'))],
  ])('is removed when keeping it %s', async (_, onError) => {
    await using sandbox = await testSandbox()
    const { result } = await buildIn(sandbox, { sha256, onError })
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'source' } }])
    expect(result.images[0]).toHaveProperty('kept', undefined)
    expect(await contentsOf(sandbox)).toEqual({ servers: [], sshKeys: [], snapshots: [] })
  })

  it('is removed when its labels cannot say that it is kept', async () => {
    await using sandbox = await testSandbox({
      intercept: ({ method, path }) =>
        method === 'PUT' && path.startsWith('/servers/') ? errorAnswer(422, 'invalid_input') : undefined,
    })
    const { notes } = await buildIn(sandbox, { sha256, onError: async () => 'ssh there' })
    expect(notes.join()).toContain('could not be kept: ')
    expect((await contentsOf(sandbox)).servers).toEqual([])
  })

  it('is removed when the run is interrupted, or when it has built its image, without a question', async () => {
    await using sandbox = await testSandbox()
    const stop = new AbortController()
    const onError = async () => 'ssh there'
    const { result } = await buildIn(sandbox, {
      onError,
      signal: stop.signal,
      onEvent: (event) => event.type === 'step-started' && event.step === 'write' && stop.abort(),
    })
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'interrupted' } }])
    const built = await buildIn(sandbox, { onError })
    expect(built.result.images).toMatchObject([{ status: 'built' }])
    expect(await contentsOf(sandbox)).toMatchObject({ servers: [], sshKeys: [] })
  })
})
