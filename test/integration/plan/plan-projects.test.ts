import { type AnsweredRequest, parseFaultFlag } from 'hcloud-sandbox'
import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../src/errors.ts'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import { joinProblems, type Project, planProjects } from '../../../src/plan/plan-projects.ts'
import type { PlanRequest } from '../../../src/plan/request.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { planRequest, sourced, VAR_FILE, variables } from '../../unit/plan/fixture.ts'
import { failureOf } from '../../unit/util/failure.ts'

const FAST = { retries: 1, firstPauseMs: 0, longestPauseMs: 0 }
const UNSET: Problem = { code: 'token', message: 'there is no API token' }
const GRANTS = [
  { token: 'token-of-one', project: 'one', readOnly: false },
  { token: 'token-of-two', project: 'two', readOnly: false },
  { token: 'token-of-reader', project: 'reader', readOnly: true },
] as const

async function world(faults: readonly string[] = [], onDelay?: (text: string) => void) {
  const log: AnsweredRequest[] = []
  const sandbox = await testSandbox({
    machines: 'none',
    tokens: GRANTS,
    onRequest: (request) => log.push(request),
    faults: faults.map(parseFaultFlag),
  })
  const factory = createFactoryClient({ url: sandbox.factoryUrl, ...FAST })
  const open = (name: string): Project => ({
    name,
    at: { kind: 'env', name: name.toUpperCase() },
    hetzner:
      name === 'unset'
        ? UNSET
        : createHetznerClient({ token: `token-of-${name}`, endpoint: sandbox.endpoint, retry: FAST, onDelay }),
  })
  return {
    log,
    plan: (names: readonly string[], change: Partial<PlanRequest> = {}, checkWriting = true) =>
      planProjects(planRequest(change), {
        projects: names.map(open),
        factory,
        signal: new AbortController().signal,
        checkWriting,
      }),
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

describe('a plan for several projects', () => {
  test('looks up sources once, and each project for itself', async () => {
    await using there = await world()
    const { projects, images, talosVersion } = await there.plan(['one', 'two'])
    const factoryRequests = there.log.filter(({ server }) => server === 'factory').length
    expect({ images, talosVersion }).toEqual({ images: ['arm', 'x86'], talosVersion: 'v1.12.2' })
    expect(projects.map((one) => [one.project, 'plan' in one && one.plan.images.length])).toEqual([
      ['one', 2],
      ['two', 2],
    ])
    expect(there.log.filter(({ path }) => path === '/v1/server_types')).toHaveLength(2)
    there.log.length = 0
    await there.plan(['one'])
    expect(there.log.filter(({ server }) => server === 'factory')).toHaveLength(factoryRequests)
  })

  test('asks a project no more than it must', async () => {
    await using there = await world()
    const asked = (): string[] => there.log.flatMap(({ server, path }) => (server === 'cloud' ? [path] : [])).toSorted()
    await there.plan(['one'], {}, false)
    expect(asked()).toEqual(['/v1/images', '/v1/pricing', '/v1/server_types'])
    const fixed = variables({ location: sourced('fsn2', VAR_FILE) })
    // Only the list of locations tells which ones there are.
    expect((await failureOf(there.plan(['one'], { variables: fixed }, false))).message).toContain('no location "fsn2"')
    expect(asked().filter((path) => path === '/v1/locations')).toHaveLength(1)
  })

  test('goes on without those that fail, and says why', async () => {
    await using there = await world()
    const { projects } = await there.plan(['wrong', 'one', 'reader', 'unset'])
    expect(projects).toMatchObject([
      { project: 'wrong', problems: [{ code: 'token', at: { kind: 'env', name: 'WRONG' } }] },
      { project: 'one', plan: {} },
      { project: 'reader', problems: [{ message: expect.stringContaining('may only read'), at: { name: 'READER' } }] },
      { project: 'unset', problems: [UNSET] },
    ])
  })

  test('accepts a token that may only read, when nothing is written', async () => {
    await using there = await world()
    const { projects } = await there.plan(['reader'], {}, false)
    expect(projects).toMatchObject([{ project: 'reader', plan: {} }])
    expect(there.log.filter(({ server, method }) => server === 'cloud' && method !== 'GET')).toEqual([])
  })

  test('ends when no project is left, with all that is wrong', async () => {
    await using there = await world()
    const { problems } = await failureOf(there.plan(['wrong', 'unset']))
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^wrong: Hetzner Cloud answered 401/),
      'unset: there is no API token',
    ])
  })

  test('ends when the images cannot be had, with what is wrong in the projects', async () => {
    await using there = await world()
    const change = { talosVersion: sourced('v0.0.9', VAR_FILE), location: sourced('nowhere', VAR_FILE) }
    const { problems } = await failureOf(there.plan(['one', 'two', 'unset'], { variables: variables(change) }))
    const messages = problems.map(({ message }) => message)
    expect(messages[0]).toContain('v0.0.9')
    expect(messages.slice(1)).toEqual([
      'one, two: Hetzner Cloud has no location "nowhere"',
      'unset: there is no API token',
    ])
  })

  test('says a mistake in a choice once when all projects have it', async () => {
    await using there = await world()
    const change = { variables: variables({ location: sourced('nowhere', VAR_FILE) }) }
    const { problems } = await failureOf(there.plan(['one', 'two'], change))
    expect(problems).toMatchObject([{ message: 'Hetzner Cloud has no location "nowhere"', at: VAR_FILE }])
  })
})

test('problems of several projects are told apart by place and words', () => {
  const at = (name: string) => ({ kind: 'env', name }) as const
  const found = [
    {
      project: 'a',
      problems: [
        { ...UNSET, at: at('A') },
        { ...UNSET, message: 'x' },
      ],
    },
    {
      project: 'b',
      problems: [
        { ...UNSET, at: at('B') },
        { ...UNSET, message: 'x' },
      ],
    },
  ]
  expect(joinProblems(found).map(({ message }) => message)).toEqual([
    'a: there is no API token',
    'x',
    'b: there is no API token',
  ])
})

describe('an API that is not as documented', () => {
  test('costs the estimate when it tells no prices', async () => {
    for (const fault of ['api GET /pricing 500', 'api GET /pricing 404', 'api GET /pricing truncate at=9']) {
      await using there = await world([fault])
      const [first] = (await there.plan(['one'])).projects
      expect(first).toMatchObject({ plan: { cost: { currency: undefined, build: undefined } } })
      expect(first && 'plan' in first && first.plan.images.map(({ placements }) => placements.length > 0)).toEqual([
        true,
        true,
      ])
    }
  })

  test('costs nothing when its lists have odd entries, which are told once', async () => {
    const told: string[] = []
    await using usual = await world()
    await using odd = await world(['api GET ** odd-entry'], (text) => told.push(text))
    const [expected, found] = [await usual.plan(['one']), await odd.plan(['one'])]
    const placements = ({ projects: [one] }: typeof found) =>
      one && 'plan' in one && one.plan.images.map((image) => image.placements)
    expect(placements(found)).toEqual(placements(expected))
    expect(told.filter((text) => text.startsWith('an entry of /server_types'))).not.toEqual([])
    expect(new Set(told).size).toBe(told.length)
  })
})
