/** The Hetzner Cloud client, given valid answers that were made wrong. */

import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openDebugLog } from '../../../src/cli/debug-log.ts'
import { createHetznerClient, type HetznerClient } from '../../../src/hetzner/client.ts'
import type { Clock } from '../../../src/util/clock.ts'
import { testIo } from '../../unit/cli/fixture.ts'
import { mutateBytes, mutateJson, SECRETS } from '../../unit/fuzz/mutate.ts'
import { fuzz, pickAny, type Random } from '../../unit/fuzz/random.ts'
import { problemsOf } from '../../unit/fuzz/verdict.ts'
import { FAST } from '../../unit/hetzner/fixture.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { tempDir } from '../../unit/util/temp-dir.ts'
import { answerJson, type LoopbackServer, type SeenRequest, serveLoopback } from '../util/loopback-server.ts'
import { type RecordedCall, recordCalls } from './api-calls.ts'
import { POURED, pour } from './pour.ts'

const HOUR_MS = 3_600_000
/** More than any call needs, retries included. */
const MOST_REQUESTS = 1500

let calls: readonly RecordedCall[]
let server: LoopbackServer
let answer: (response: ServerResponse, request: SeenRequest) => void

beforeAll(async () => {
  calls = await recordCalls()
  server = await serveLoopback((request, response) => answer(response, request))
})
afterAll(() => server[Symbol.asyncDispose]())

/** Sleeps without waiting, and remembers the longest time that it was asked to. */
function createFastClock(): Clock & { readonly longestMs: number } {
  let now = Date.now()
  let longestMs = 0
  return {
    now: () => now,
    async sleep(ms, signal) {
      longestMs = Math.max(longestMs, ms)
      now += ms
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
    get longestMs() {
      return longestMs
    },
  }
}

const clientOf = (clock: Clock = createFastClock()): HetznerClient =>
  createHetznerClient({ token: SECRETS.token, endpoint: server.url, retry: FAST, timeoutMs: 5000, clock })

interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/** The recorded answers of a call, one of them, or each of that place, changed. */
function replay(random: Random, { answers }: RecordedCall, mutate: (answer: Answer) => Answer): void {
  const wrong = random.below(answers.length)
  let count = 0
  answer = (response) => {
    const index = Math.min(count++, answers.length - 1)
    // An answer for ever wrong must not be asked for again for ever.
    if (count > MOST_REQUESTS) throw new Error('it asks for ever')
    const { status = 200, body } = answers[index] ?? {}
    const text = body === undefined ? '' : JSON.stringify(body)
    const right = { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) }
    const given = index === wrong && count <= answers.length + 1 ? mutate(right) : right
    response.writeHead(given.status, given.headers).end(given.body)
  }
}

async function tryCall(random: Random, mutate: (answer: Answer) => Answer, times = 1): Promise<void> {
  const recorded = pickAny(random, calls)
  if (recorded === undefined) throw new Error('nothing was recorded')
  replay(random, recorded, mutate)
  const clock = createFastClock()
  try {
    const client = clientOf(clock)
    for (let time = 0; time < times; time++) await problemsOf(() => recorded.call(client))
    if (clock.longestMs > HOUR_MS) throw new Error(`it would sleep for ${clock.longestMs} ms`)
  } catch (error) {
    throw new Error(`${recorded.name}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

const ERRORS = ['not_found', 'locked', 'conflict', 'uniqueness_error', 'unauthorized', 'rate_limit_exceeded'] as const
const STATUSES = [
  100, 199, 200, 201, 202, 204, 206, 301, 304, 400, 401, 403, 404, 409, 418, 422, 423, 429, 500, 503, 599, 999,
]
const ODD_NUMBERS = [
  '-1',
  '0',
  'NaN',
  '1e308',
  '-1e308',
  '1e-308',
  '99999999999999999999',
  'Infinity',
  '',
  ' ',
  '0x10',
  '3600, 3600',
]

vi.setConfig({ testTimeout: 60_000 })

describe('an answer of the API', () => {
  it('of another structure is read, or refused', async () => {
    await fuzz(600, (random) =>
      tryCall(random, (right) => {
        const body = right.body.length === 0 ? {} : JSON.parse(Buffer.from(right.body).toString())
        return { ...right, body: Buffer.from(JSON.stringify(mutateJson(random, body)) ?? '') }
      }),
    )
  })

  it('that is damaged, or no JSON, is read, or refused', async () => {
    const html = Buffer.from(`<!DOCTYPE html><title>502 Bad Gateway</title>Authorization: Bearer ${SECRETS.token}`)
    await fuzz(400, (random) =>
      tryCall(random, (right) => ({ ...right, body: mutateBytes(random, random.chance(0.1) ? html : right.body) })),
    )
  })

  it('with any status and any error is a value or an error', async () => {
    await fuzz(300, (random) =>
      tryCall(random, (right) => {
        const fields = [{ name: 'name', messages: [`Bearer ${SECRETS.token}`] }]
        const details = random.pick<unknown>([null, { fields }, { limits: [{ name: 'servers' }] }, []])
        const error = { error: { code: random.pick(ERRORS), message: `no ${SECRETS.token}`, details } }
        const status =
          pickAny(
            random,
            STATUSES.filter((one) => one >= 200),
          ) ?? 200
        return {
          ...right,
          status,
          body: Buffer.from(JSON.stringify(random.chance(0.5) ? error : mutateJson(random, error))),
        }
      }),
    )
  })

  it('with any rate limit lets no request wait for longer than its refill takes', async () => {
    await fuzz(200, (random) => {
      const odd = (): string => pickAny(random, ODD_NUMBERS) ?? ''
      return tryCall(
        random,
        (right) => ({
          ...right,
          headers: {
            ...right.headers,
            'ratelimit-limit': odd(),
            'ratelimit-remaining': odd(),
            'ratelimit-reset': odd(),
          },
        }),
        2,
      )
    })
  })
})

describe('an answer of the API without end', () => {
  it('in pages is given up', async () => {
    let requests = 0
    answer = (response, { path }) => {
      const page = Number(new URL(path, server.url).searchParams.get('page'))
      // It ends in the end, so that the test does.
      const next_page = ++requests > MOST_REQUESTS ? null : page + 1
      const pagination = { page, per_page: 50, next_page, previous_page: null, last_page: null, total_entries: null }
      answerJson(response, 200, { servers: [], meta: { pagination } })
    }
    expect((await failureOf(clientOf().servers.list({}))).code).toBe('api')
    expect(requests).toBeLessThan(MOST_REQUESTS)
  })

  it.each([
    ['as it is', {}],
    ['packed', { 'content-encoding': 'gzip' }],
  ])('in bytes, %s, is cut off', async (_, encoding: Record<string, string>) => {
    const sent = { bytes: 0 }
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...encoding })
      pour(response, 'content-encoding' in encoding, sent)
    }
    // Prices that were read to their end would be of the wrong form, which is another code.
    expect((await failureOf(clientOf().catalogue.pricing())).code).toBe('network')
    if (!('content-encoding' in encoding)) expect(sent.bytes).toBeLessThan(POURED)
  })

  it('in depth is refused, and a debug log of it does not fail', async () => {
    await using dir = await tempDir()
    const log = openDebugLog(testIo({ cwd: dir.path }), 'debug.log', '--debug-log')
    answer = (response) => response.writeHead(200).end('['.repeat(100_000) + ']'.repeat(100_000))
    const client = createHetznerClient({ token: SECRETS.token, endpoint: server.url, retry: FAST, trace: log.trace })
    expect((await failureOf(client.catalogue.pricing())).code).toBe('api')
    log.close()
  })
})
