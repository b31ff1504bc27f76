/** What a build server says over SSH, made wrong. */

import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { parseReport, progressReader } from '../../../src/remote/script-report.ts'
import { connect, type ExecResult, type SessionTarget } from '../../../src/remote/session.ts'
import { mutateBytes, mutateText } from '../../unit/fuzz/mutate.ts'
import { fuzz, type Random } from '../../unit/fuzz/random.ts'
import { problemsOf } from '../../unit/fuzz/verdict.ts'
import { serveSsh } from '../remote/ssh-server.ts'

vi.setConfig({ testTimeout: 60_000 })

const REPORT = `talos-image discard done
talos-image source-sha256 ${'a'.repeat(64)}
talos-image disk-bytes 1306525696
talos-image error write No space left on device
`
const PROGRESS =
  '16777216 bytes (17 MB, 16 MiB) copied, 1 s, 16 MB/s\r33554432 bytes (34 MB) copied, 2 s\n9+0 records in\n'

const never = new AbortController().signal

/** The pieces of a text, cut anywhere. */
function cut<Text extends string | Buffer>(
  random: Random,
  text: Text,
  take: (from: number, to: number) => Text,
): Text[] {
  const pieces: Text[] = []
  for (let at = 0; at < text.length; ) {
    const end = Math.min(text.length, at + 1 + random.below(random.pick([4, 100, 100_000])))
    pieces.push(take(at, end))
    at = end
  }
  return pieces
}

describe('the account that a script gives of itself', () => {
  it('is read whatever it is', async () => {
    await fuzz(1000, (random) => {
      const text = mutateText(random, random.chance(0.1) ? 'x'.repeat(2_000_000) : REPORT)
      for (const [key, value] of parseReport(text)) {
        expect(key).toMatch(/^[a-z0-9-]+$/)
        expect(value).not.toContain('\n')
      }
    })
  })

  it('of its progress says the same however it is cut', async () => {
    const read = (pieces: readonly string[]): number[] => {
      const seen: number[] = []
      const onText = progressReader((bytes) => seen.push(bytes))
      for (const piece of pieces) onText(piece)
      return seen
    }
    await fuzz(1000, (random) => {
      const text = mutateText(random, PROGRESS)
      // Nothing that dd says is longer.
      if (text.split(/[\r\n]/).some((line) => line.length > 150)) return
      const seen = read(cut(random, text, (from, to) => text.slice(from, to)))
      expect(seen).toEqual(read([text]))
      for (const bytes of seen) expect(Number.isSafeInteger(bytes)).toBe(true)
    })
  })

  it('of its progress may be megabytes without a line', () => {
    const onText = progressReader(() => expect.unreachable())
    for (let mib = 0; mib < 64; mib++) onText('x'.repeat(1 << 20))
    const seen: number[] = []
    progressReader((bytes) => seen.push(bytes))(`${'x'.repeat(1 << 20)}\n5 bytes\n`)
    expect(seen).toEqual([5])
  })
})

const run = async (target: SessionTarget, timeoutMs: number): Promise<ExecResult> => {
  const session = await connect(target, timeoutMs, never)
  try {
    return await session.run('x', {
      signal: never,
      timeoutMs,
      name: 'doing something',
      onStderr: progressReader(() => {}),
    })
  } finally {
    session.end()
  }
}

it('bytes of a command arrive as they are, however they are cut', async () => {
  let said = Buffer.from('')
  let pieces: readonly Buffer[] = []
  await using server = await serveSsh((channel) => {
    for (const piece of pieces) {
      channel.write(piece)
      channel.stderr.write(piece)
    }
    channel.exit(0)
    channel.end()
  })
  await fuzz(12, async (random) => {
    said = Buffer.from(mutateBytes(random, Buffer.from(REPORT + PROGRESS)).subarray(0, 60_000))
    pieces = cut(random, said, (from, to) => said.subarray(from, to))
    const { stdout, stderr } = await run(server.target, 10_000)
    expect(stdout).toBe(said.toString())
    expect(stderr).toBe(said.toString().slice(-4096))
  })
})

/** Stands between client and server, and lets `change` have what the server says from byte `from` on. */
async function meddle({ host, port }: SessionTarget) {
  const meddler = { from: 0, change: (bytes: Buffer): Uint8Array => bytes }
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = dial(port, host)
    let count = 0
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    client.pipe(server)
    server.on('data', (bytes: Buffer) => {
      const fair = Math.max(0, Math.min(bytes.length, meddler.from - count))
      count += bytes.length
      client.write(bytes.subarray(0, fair))
      if (fair < bytes.length) client.write(meddler.change(bytes.subarray(fair)))
    })
    server.on('close', () => client.end())
    client.on('close', () => server.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return {
    meddler,
    port: address.port,
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, 'close')
      proxy.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

it('garbage on the wire, from any byte on, ends the connection or the waiting for it', async () => {
  await using server = await serveSsh((channel) => {
    channel.write(REPORT.repeat(50))
    channel.exit(0)
    channel.end()
  })
  await using proxy = await meddle(server.target)
  let failed = 0
  await fuzz(25, async (random) => {
    proxy.meddler.from = random.below(random.pick([30, 3000, 8000]))
    proxy.meddler.change = (bytes) => mutateBytes(random, bytes)
    const ended = await connect({ ...server.target, port: proxy.port }, 500, never).catch(() => undefined)
    if (ended === undefined) {
      failed += 1
      return
    }
    const problems = await problemsOf(() =>
      ended.run('x', { signal: never, timeoutMs: 500, name: 'doing something', onStderr: () => undefined }),
    )
    failed += problems.length
    ended.end()
  })
  expect(failed).toBeGreaterThan(0)
})
