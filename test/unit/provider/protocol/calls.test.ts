import { decode, ExtData, encode } from '@msgpack/msgpack'
import { beforeEach, describe, expect, it } from 'vitest'
import { TalosImageError } from '../../../../src/errors.ts'
import type { Path } from '../../../../src/provider/definition.ts'
import { createCalls } from '../../../../src/provider/protocol/calls.ts'
import { toPathMessage } from '../../../../src/provider/protocol/diagnostics.ts'
import { Message, Received } from '../../../../src/provider/protocol/message.ts'
import type { Calls, Session } from '../../../../src/provider/protocol/session.ts'
import { registerSecret } from '../../../../src/util/redact.ts'
import { createToy, type ToyOptions } from '../../../support/toy-provider.ts'

const THING = 'talosimage_thing'
const OPEN = new ExtData(0, new Uint8Array(1))
const EMPTY = {
  id: null,
  name: null,
  size: null,
  secret: null,
  old: null,
  labels: null,
  tags: null,
  document: null,
  zone: null,
  timeouts: null,
  parts: null,
  revision: null,
}

let calls: Calls
let session: Session
function start(options?: ToyOptions): void {
  session = { signal: new AbortController().signal, log: () => undefined, env: {}, provider: { prefix: 'id-' } }
  calls = createCalls(createToy(options), session)
}
beforeEach(() => start())

const dynamic = (value: unknown): Message => new Message().bytes(1, encode(value))
const unpack = (message: Received): unknown => decode(message.bytes(1))
async function call(name: string, request: Message): Promise<Received> {
  const answer = await calls[name]?.(new Received(request.finish()))
  if (answer === undefined) throw new Error(`there is no ${name}`)
  return new Received(answer.finish())
}

/** Diagnostics, as texts: severity, summary, detail, and the steps of the path with their kinds. */
const said = (answer: Received, field: number): readonly unknown[] =>
  answer.messages(field).map((one) => [
    ['', 'error', 'warning'][one.integer(1)],
    one.string(2),
    ...(one.string(3) === '' ? [] : [one.string(3)]),
    ...one
      .message(4)
      .messages(1)
      .map((step) => step.string(1) || `[${step.string(2) || step.integer(3)}]`),
  ])

const plan = (prior: unknown, proposed: unknown, config = proposed): Promise<Received> =>
  call(
    'PlanResourceChange',
    new Message().string(1, THING).message(2, dynamic(prior)).message(3, dynamic(proposed)).message(4, dynamic(config)),
  )
const apply = (prior: unknown, planned: unknown, config = planned): Promise<Received> =>
  call(
    'ApplyResourceChange',
    new Message()
      .string(1, THING)
      .message(2, dynamic(prior))
      .message(3, dynamic(planned))
      .message(4, dynamic(config))
      .bytes(5, new Uint8Array([1, 2])),
  )
const replaced = (answer: Received): readonly string[] =>
  answer.messages(2).map((path) =>
    path
      .messages(1)
      .map((step) => step.string(1))
      .join('.'),
  )

describe('a plan', () => {
  it('of something new leaves open what only the provider knows', async () => {
    const answer = await plan(null, { ...EMPTY, name: 'a', zone: 'there' })
    expect(unpack(answer.message(1))).toEqual({ ...EMPTY, name: 'a', zone: 'there', id: OPEN, revision: OPEN })
    expect(said(answer, 4)).toEqual([])
    // What is handed on to `create`.
    expect(answer.string(3)).toBe('a new a')
  })

  it('of a change keeps it', async () => {
    const prior = { ...EMPTY, id: 'id-a', name: 'a', zone: 'here', revision: 1 }
    expect(unpack((await plan(prior, prior)).message(1))).toEqual(prior)
    const labelled = await plan(prior, { ...prior, labels: { a: 'b' } })
    expect(unpack(labelled.message(1))).toEqual({ ...prior, labels: { a: 'b' }, revision: OPEN })
    expect(replaced(labelled)).toEqual([])
  })

  it.each([['b'], [OPEN]])('of what makes another resource says so: %j', async (name) => {
    const prior = { ...EMPTY, id: 'id-a', name: 'a', zone: 'here', revision: 1 }
    const answer = await plan(prior, { ...prior, name })
    expect(replaced(answer)).toEqual(['name'])
  })

  it('may refuse a deletion, also for a replacement', async () => {
    const prior = { ...EMPTY, id: 'id-a', name: 'a', old: true, zone: 'here', revision: 1 }
    expect(said(await plan(prior, null), 4)).toEqual([['error', 'a is in use', 'old']])
    expect(said(await plan(prior, { ...prior, name: 'b' }), 4)).toEqual([['error', 'a is in use', 'old']])
    expect(said(await plan({ ...prior, old: null }, null), 4)).toEqual([])
  })
})

describe('what is applied', () => {
  const prior = { ...EMPTY, id: 'id-a', name: 'a', zone: 'here', revision: 1 }

  it('is created, changed and deleted, and what Terraform keeps for the provider comes back', async () => {
    const created = await apply(
      null,
      { ...EMPTY, name: 'a', id: OPEN, zone: OPEN, revision: OPEN },
      { ...EMPTY, name: 'a' },
    )
    expect(unpack(created.message(1))).toEqual(prior)
    expect(created.bytes(2)).toEqual(new Uint8Array([1, 2]))
    const changed = await apply(prior, { ...prior, size: 2, revision: OPEN }, { ...EMPTY, name: 'a', size: 2 })
    expect(unpack(changed.message(1))).toEqual({ ...prior, size: 2, revision: 2 })
    expect(said(changed, 3)).toEqual([['warning', 'it was changed']])
    expect(unpack((await apply(prior, null)).message(1))).toBeNull()
  })

  it('stays as it was when that fails', async () => {
    const wrong = await apply(prior, { ...prior, size: 13 })
    expect(unpack(wrong.message(1))).toEqual(prior)
    expect(said(wrong, 3)).toEqual([['error', '13 is no size', 'size']])
  })

  it('is not there when its creation fails, and the error is told without secrets', async () => {
    registerSecret('very-secret-token')
    start({
      create: async () => {
        const hint = 'not very-secret-token'
        throw new TalosImageError({ code: 'token', message: 'no', at: { kind: 'env', name: 'HCLOUD_TOKEN' }, hint })
      },
    })
    const answer = await apply(null, { ...EMPTY, name: 'a' })
    expect(unpack(answer.message(1))).toBeNull()
    expect(said(answer, 3)).toEqual([['error', 'no', 'HCLOUD_TOKEN\n\nnot [redacted]']])
  })

  it('tells a defect as one', async () => {
    start({ create: () => Promise.reject(new TypeError('x is undefined')) })
    const [[severity, summary, detail] = []] = said(await apply(null, { ...EMPTY, name: 'a' }), 3).map(Object)
    expect([severity, summary]).toEqual(['error', 'This is a defect of the provider; please report it'])
    expect(detail).toContain('TypeError: x is undefined\n    at ')
  })
})

describe('states', () => {
  const upgrade = (version: number, stored: unknown): Promise<Received> =>
    call(
      'UpgradeResourceState',
      new Message()
        .string(1, THING)
        .integer(2, version)
        .message(3, new Message().string(1, JSON.stringify(stored))),
    )

  it('of the same version are taken as they are', async () => {
    expect(unpack((await upgrade(1, { id: 'id-a', name: 'a' })).message(1))).toEqual({
      ...EMPTY,
      id: 'id-a',
      name: 'a',
    })
  })

  it('of an earlier version are brought up to date', async () => {
    expect(unpack((await upgrade(0, { id: 'id-a', title: 'a' })).message(1))).toEqual({
      ...EMPTY,
      id: 'id-a',
      name: 'a',
    })
  })

  it('of a newer version are refused', async () => {
    expect(said(await upgrade(2, {}), 2)).toEqual([
      [
        'error',
        'the state was written by a newer version of the provider',
        'Update the provider to the version that was used before, or a newer one.',
      ],
    ])
  })

  it('of what is gone are empty', async () => {
    const read = new Message().string(1, THING).message(2, dynamic({ ...EMPTY, id: 'gone' }))
    expect(unpack((await call('ReadResource', read)).message(1))).toBeNull()
  })

  it('are imported by ID', async () => {
    await apply(null, { ...EMPTY, name: 'a' })
    const [imported] = (await call('ImportResourceState', new Message().string(1, THING).string(2, 'id-a'))).messages(1)
    expect(imported?.string(1)).toBe(THING)
    expect(imported && unpack(imported.message(2))).toMatchObject({ id: 'id-a', name: 'a' })
  })

  it('are not moved from other resources', async () => {
    const move = new Message().string(2, 'imager_image').string(5, THING)
    expect(said(await call('MoveResourceState', move), 2)).toEqual([['error', `imager_image cannot become ${THING}`]])
  })
})

it('a value that cannot be read is told at its place, in whichever call it is known first', async () => {
  const wrong = { ...EMPTY, name: 'a', parts: [{ kind: 'x' }], size: 1e17 }
  const request = (): Message => new Message().string(1, THING).message(2, dynamic(wrong))
  const answers = [
    said(await call('ValidateResourceConfig', request()), 1),
    said(await call('ReadResource', request()), 2),
    said(await plan(null, wrong), 4),
    said(await apply(null, wrong), 3),
  ]
  const detail = expect.stringContaining('9007199254740991')
  expect(answers).toEqual(answers.map(() => [['error', 'the number is too large', detail, 'size']]))
  const input = [new TextEncoder().encode('"number"'), 1e17]
  const source = new Message().string(1, 'talosimage_echo').message(2, dynamic({ input, output: null, length: null }))
  expect(said(await call('ReadDataSource', source), 2)).toEqual([['error', 'the number is too large', detail, 'input']])
})

describe('the first of a list, and an empty key, have a step like others', () => {
  /** A step of a path, in bytes: the number of its field and its kind in one. */
  const step = (tag: number, ...value: readonly number[]): readonly number[] => [0x0a, value.length + 1, tag, ...value]
  const named = (name: string): readonly number[] => step(0x0a, name.length, ...Buffer.from(name))
  const FIRST = step(0x18, 0)
  const EMPTY_KEY = step(0x12, 0)

  it.each<[string, unknown, unknown, readonly number[]]>([
    ['a list', ['tuple', ['number']], [1e17], FIRST],
    ['an object', ['object', { '': 'number' }], { '': 1e17 }, EMPTY_KEY],
  ])('where something is wrong in %s', async (_, type, value, last) => {
    const document = [new TextEncoder().encode(JSON.stringify(type)), value]
    const [wrong] = (await plan(null, { ...EMPTY, name: 'a', document })).messages(4)
    expect([...(wrong?.bytes(4) ?? [])]).toEqual([...named('document'), ...last])
  })

  it('where another resource is made', () => {
    const attributes = createToy().resources[0]?.attributes ?? {}
    const bytesOf = (path: Path): readonly number[] => [...toPathMessage(path, attributes).finish()]
    expect(bytesOf(['parts', 0, 'kind'])).toEqual([...named('parts'), ...FIRST, ...named('kind')])
    expect(bytesOf(['labels', ''])).toEqual([...named('labels'), ...EMPTY_KEY])
  })
})

it('a configuration is checked, with the path of what is wrong in it', async () => {
  const request = new Message().string(1, THING).message(2, dynamic({ ...EMPTY, name: 'a', size: -1 }))
  expect(said(await call('ValidateResourceConfig', request), 1)).toEqual([
    ['error', 'size is negative', 'Make it positive.', 'size'],
  ])
  const old = new Message().string(1, THING).message(2, dynamic({ ...EMPTY, name: 'a', old: false }))
  expect(said(await call('ValidateResourceConfig', old), 1)).toEqual([
    ['warning', 'old is deprecated', 'Use size.', 'old'],
  ])
})
