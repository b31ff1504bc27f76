/** The look at an image behind a URL, given images and answers that were made wrong. */

import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { checkImageUrl, inspectUrl } from '../../../src/source/inspect-url.ts'
import { mutateBytes, mutateText, SECRETS } from '../../unit/fuzz/mutate.ts'
import { fuzz, pickAny, type Random } from '../../unit/fuzz/random.ts'
import { problemsOf } from '../../unit/fuzz/verdict.ts'
import { gzip, xz, zstd } from '../../unit/source/fixture.ts'
import { type LoopbackServer, type SeenRequest, serveLoopback } from '../util/loopback-server.ts'

/** A disk that is the same each time. */
const DISK = Buffer.alloc(96 * 1024, Buffer.from('some data that is not all zeros'))
DISK.fill(0, 4096, 65_536)
DISK[510] = 0x55
DISK[511] = 0xaa

const IMAGES = [
  DISK,
  gzip(DISK),
  xz(DISK),
  Buffer.concat([xz(DISK), xz(DISK)]),
  zstd(DISK, `--stream-size=${DISK.length}`),
] as const

interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

let server: LoopbackServer
let answer: (request: SeenRequest) => Answer

beforeAll(async () => {
  server = await serveLoopback((request, response) => {
    const { status, headers, body } = answer(request)
    response.writeHead(status, headers).end(body)
  })
})
afterAll(() => server[Symbol.asyncDispose]())

function partOf(image: Uint8Array, { headers }: SeenRequest): Answer {
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  const body = image.subarray(Number(first), Number(last) + 1)
  return { status: 206, headers: { 'content-range': `bytes ${first}-${last}/${image.length}` }, body }
}

const TOTALS = ['-1', '0', '1', '12', '31', '1e9', '*', '', '9007199254740993', '9'.repeat(400), ' 7 '] as const
const STATUSES = [200, 206, 301, 400, 404, 416, 429, 500] as const

const look = (): Promise<unknown> =>
  problemsOf(() => inspectUrl(`${server.url}/image.raw`, { timeoutMs: 5000, firstPauseMs: 1 }))

vi.setConfig({ testTimeout: 60_000 })

describe('an image behind a URL', () => {
  it('that is damaged is looked at, or refused', async () => {
    await fuzz(300, async (random) => {
      const image = mutateBytes(random, random.pick(IMAGES))
      answer = (request) => partOf(image, request)
      await look()
    })
  })

  it('from a server that cannot count is looked at, or refused', async () => {
    await fuzz(200, async (random) => {
      const image = random.pick(IMAGES)
      const total = random.pick(TOTALS)
      answer = (request) => {
        const right = partOf(image, request)
        if (random.chance(0.5)) return { ...right, headers: { 'content-range': `bytes 0-9/${total}` } }
        return { ...right, status: pickAny(random, STATUSES) ?? 200, headers: {} }
      }
      await look()
    })
  })
})

const URLS = [
  'https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.12.2/hcloud-arm64.raw.xz',
  'http://127.0.0.1:8080/a%20b.raw.zst?x=1&y=2#z',
  `https://user:${SECRETS.token}@host.example/disk.raw`,
  'http://[::1]:99999/image',
] as const

it('an image URL of any form is taken, or refused in words', async () => {
  await fuzz(3000, (random: Random) => {
    const url = mutateText(random, random.pick(URLS))
    const problem = checkImageUrl(url)
    if (problem === undefined && !URL.canParse(url)) throw new Error(`${JSON.stringify(url)} is taken`)
    if (problem?.message === '') throw new Error('an error without a word')
  })
})
