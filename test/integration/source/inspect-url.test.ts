import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { checkImageUrl, inspectUrl } from '../../../src/source/inspect-url.ts'
import { bzip2, diskImage, gzip, withTable, xz, zstd } from '../../unit/source/fixture.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { refusedPort, type SeenRequest, serveLoopback } from '../util/loopback-server.ts'

const DISK = diskImage()
/** Does not wait long before it asks again. */
const QUICK = { firstPauseMs: 1 }

/** Answers with a part, as static file servers do. */
function answerRange(bytes: Uint8Array, { headers }: SeenRequest, response: ServerResponse): void {
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  const start = Number(first)
  const end = Math.min(last === '' ? bytes.length - 1 : Number(last), bytes.length - 1)
  if (start > end) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
  const part = bytes.subarray(start, end + 1)
  response.writeHead(206, {
    'content-range': `bytes ${start}-${end}/${bytes.length}`,
    'content-length': String(part.length),
  })
  response.end(part)
}

const serveParts = (bytes: Uint8Array) => serveLoopback((request, response) => answerRange(bytes, request, response))
const serveWhole = (bytes: Uint8Array) =>
  serveLoopback((_, response) => response.writeHead(200, { 'content-length': String(bytes.length) }).end(bytes))

describe('an image behind a URL', () => {
  test.each([
    ['none', DISK, DISK.length],
    ['zst', zstd(DISK, `--stream-size=${DISK.length}`), DISK.length],
    ['xz', xz(DISK), DISK.length],
    ['xz', Buffer.concat([xz(DISK), xz(DISK)]), 2 * DISK.length],
    ['gz', gzip(DISK), undefined],
    ['bz2', bzip2(DISK), undefined],
  ])('packed as %s is known by a few of its bytes', async (compression, bytes, rawBytes) => {
    await using server = await serveParts(bytes)
    const facts = await inspectUrl(server.url, QUICK)
    expect(facts).toEqual({ compression, transferBytes: bytes.length, rawBytes })
  })

  test.each([
    ['none', DISK, DISK.length],
    ['zst', zstd(DISK, `--stream-size=${DISK.length}`), DISK.length],
    ['xz', xz(DISK), DISK.length],
  ])('packed as %s may come from a server that knows no parts', async (compression, bytes, rawBytes) => {
    await using server = await serveWhole(bytes)
    expect(await inspectUrl(server.url, QUICK)).toEqual({ compression, transferBytes: bytes.length, rawBytes })
    expect(server.requests).toHaveLength(1)
  })

  test('may be tiny', async () => {
    const tiny = xz(diskImage(512, 0))
    await using server = await serveParts(tiny)
    expect(await inspectUrl(server.url, QUICK)).toEqual({
      compression: 'xz',
      transferBytes: tiny.length,
      rawBytes: 512,
    })
  })

  test('is found behind a redirect', async () => {
    await using server = await serveLoopback((request, response) =>
      request.path === '/old'
        ? response.writeHead(302, { location: '/new' }).end()
        : answerRange(DISK, request, response),
    )
    expect((await inspectUrl(`${server.url}/old`)).rawBytes).toBe(DISK.length)
  })

  test('of a server that says no length has none', async () => {
    await using server = await serveLoopback((_, response) => response.writeHead(200).end(DISK))
    expect(await inspectUrl(server.url, QUICK)).toEqual({
      compression: 'none',
      transferBytes: undefined,
      rawBytes: undefined,
    })
  })

  test('is cut off when the server sends without end', async () => {
    let sent = 0
    let closed = false
    await using server = await serveLoopback((_, response) => {
      response.writeHead(200)
      const push = (): void => {
        while (!closed && response.write(DISK)) sent += DISK.length
      }
      response.on('drain', push).on('close', () => {
        closed = true
      })
      push()
    })
    expect((await inspectUrl(server.url, QUICK)).compression).toBe('none')
    await expect.poll(() => closed).toBe(true)
    expect(sent).toBeLessThan(100 * DISK.length)
  })

  test('whose end cannot be read has no known size', async () => {
    const bytes = Buffer.concat([xz(DISK), xz(diskImage())])
    await using server = await serveLoopback((request, response, count) =>
      count === 1 ? answerRange(bytes, request, response) : response.writeHead(500).end('no'),
    )
    expect(await inspectUrl(server.url, QUICK)).toMatchObject({ compression: 'xz', rawBytes: undefined })
  })
})

describe('a URL behind which there is no image', () => {
  const AT = { kind: 'env', name: 'PKR_VAR_image_url_arm' } as const

  test.each([
    [404, 'source', 'answers 404 Not Found'],
    [403, 'source', 'answers 403 Forbidden'],
    // Not the user's mistake.
    [500, 'network', 'answers 500'],
    [416, 'source', 'is empty'],
  ])('answers %i', async (status, code, message) => {
    await using server = await serveLoopback((_, response) => response.writeHead(status).end('sorry'))
    const error = await failureOf(inspectUrl(server.url, { at: AT, firstPauseMs: 1 }))
    expect(error).toMatchObject({ code, at: AT })
    expect(error.message).toContain(message)
  })

  test('holds a password, which is not repeated', () => {
    const problem = checkImageUrl('https://bob:hunter22@example.com/disk.raw')
    expect(problem?.message).toContain('user name or a password')
    expect(JSON.stringify(problem)).not.toContain('hunter22')
  })

  test.each([
    ['nothing', '', 'is empty'],
    ['a page', '<html>'.repeat(500), 'no boot sector'],
    ['packed text', gzip(Buffer.from('<html>'.repeat(500))), 'no boot sector'],
  ])('gives %s', async (_, body, message) => {
    await using server = await serveLoopback((__, response) => response.writeHead(200).end(body))
    expect(await failureOf(inspectUrl(server.url, QUICK))).toMatchObject({
      code: 'source',
      message: expect.stringContaining(message),
    })
  })

  test('gives half a disk', async () => {
    for (const serveDisk of [serveParts, serveWhole]) {
      await using server = await serveDisk(withTable(DISK, 2 * DISK.length))
      expect(await failureOf(inspectUrl(server.url, QUICK))).toMatchObject({
        code: 'source',
        message: expect.stringContaining('its own partition table says'),
        hint: 'what is there is not whole: name another URL',
      })
    }
  })

  test('has no server', async () => {
    const error = await failureOf(inspectUrl(`http://127.0.0.1:${await refusedPort()}/x`, { at: AT, firstPauseMs: 1 }))
    expect(error).toMatchObject({ code: 'network', at: AT, message: expect.stringContaining('ECONNREFUSED') })
  })

  test.each(['before the answer', 'in its middle'])('hangs %s', async (when) => {
    await using server = await serveLoopback((_, response) => {
      if (when === 'in its middle')
        response.writeHead(200, { 'content-length': '9999999' }).write(DISK.subarray(0, 999))
    })
    const error = await failureOf(inspectUrl(server.url, { timeoutMs: 30, firstPauseMs: 1 }))
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('it took longer than 0.03 s') })
  })

  test('breaks off in the middle of its answer', async () => {
    await using server = await serveLoopback((_, response) => {
      response.writeHead(200, { 'content-length': '9999999' }).write(DISK.subarray(0, 999), () => response.destroy())
    })
    expect((await failureOf(inspectUrl(server.url, QUICK))).code).toBe('network')
  })

  test.each(['before the answer', 'in its middle'])('is left at once after an abort %s', async (when) => {
    const stop = new AbortController()
    const reason = new Error('stop it')
    await using server = await serveLoopback((_, response) => {
      if (when === 'before the answer') return stop.abort(reason)
      response.writeHead(200, { 'content-length': '9999999' })
      response.write(DISK.subarray(0, 999), () => setImmediate(() => stop.abort(reason)))
    })
    await expect(inspectUrl(server.url, { signal: stop.signal, firstPauseMs: 1 })).rejects.toBe(reason)
  })
})

describe('the form of an image URL', () => {
  test.each([
    'https://factory.talos.dev/image/abc/v1.13.9/hcloud-arm64.raw.xz',
    'http://127.0.0.1:8080/disk.raw?a=b&c=d%20e#x',
    'HTTPS://EXAMPLE.COM/disk',
    'http://[::1]:8080/disk.raw',
    'https://example.com/~me/disk+1,2;3@x!*.raw',
    'https://example.com/ümlaut.raw',
  ])('is good: %s', (url) => {
    expect(checkImageUrl(url)).toBeUndefined()
  })

  test.each([
    'https://example.com/a b',
    'https://example.com/a\nb',
    'https://example.com/a\tb',
    'https://example.com/a\u0000b',
    'https://example.com/\u001b[31mred',
    'https://example.com/a\u007f',
    'https://example.com/"x"',
    "https://example.com/'x'",
    'https://example.com/$(touch x)',
    'https://example.com/$HOME',
    'https://example.com/`id`',
    'https://example.com/x|y',
    'https://example.com/{a,b}',
    'https://example.com/a\\b',
    'https://example.com/<x>',
  ])('is refused for what it holds: %j', (url) => {
    const problem = checkImageUrl(url)
    expect(problem?.message).toContain('which a URL cannot hold')
    // What is shown must not do to the terminal what the URL would.
    expect(problem?.message).not.toMatch(/\p{Cc}/u)
  })

  test.each(['file:///etc/passwd', 'ftp://example.com/disk', 'gopher://example.com/x', 'scp://host/x'])(
    'is refused for how it begins, and tells of --image-file: %s',
    (url) => {
      expect(checkImageUrl(url)?.message).toContain('only http and https')
      expect(checkImageUrl(url)?.hint).toContain('--image-file')
    },
  )

  test.each([
    '',
    'disk.raw',
    '/srv/disk.raw',
    'javascript:alert',
    'localhost:8080/disk',
    'https:',
    'https://',
    'https:disk',
    '-o/etc/passwd',
  ])('is no URL: %j', (url) => {
    expect(checkImageUrl(url)?.message).toContain('is not a URL')
    expect(checkImageUrl(url)?.hint).toContain('https://')
  })
})
