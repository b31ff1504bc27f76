import { describe, expect, test } from 'vitest'
import type { ResolvedSource } from '../../../src/plan/plan.ts'
import { checkReach, type FindAddresses } from '../../../src/plan/reach.ts'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'
import { sourced, VAR_FILE } from './fixture.ts'

const HOSTS: Readonly<Record<string, readonly number[]>> = { both: [4, 6], old: [4], new: [6] }
const find: FindAddresses = async (host) => {
  const families = HOSTS[host]
  if (families === undefined) throw new Error('getaddrinfo EAI_AGAIN')
  return families.map((family) => ({ family }))
}

async function check(urls: readonly string[], { ipv4 = false, ipv6 = true, proxy = '' } = {}) {
  const image = {
    name: 'arm',
    architecture: 'arm',
    role: undefined,
    choice: { kind: 'schematic', schematic: undefined },
    sha256: undefined,
    server: {
      ...PLAIN_SERVER,
      ipv4: sourced(ipv4, VAR_FILE),
      ipv6: sourced(ipv6, VAR_FILE),
      downloadProxy: proxy === '' ? undefined : sourced(proxy),
    },
    serverType: sourced('cax11'),
    location: sourced('fsn1'),
    template: undefined,
  } as const
  const source: ResolvedSource = {
    source: { kind: 'url', url: urls[0] ?? '' },
    facts: { compression: 'none', transferBytes: 1, rawBytes: 1 },
    schematicId: undefined,
    installer: undefined,
    urls,
  }
  // Two images of the same kind are one problem.
  const { problems, warnings } = await checkReach([image, image], [source, source], find)
  return {
    problems: problems.map(({ message }) => message),
    warnings: warnings.map(({ message }) => message),
    at: problems[0]?.at,
  }
}

describe('a build server with IPv6 alone', () => {
  test.each([
    ['https://both/x'],
    ['https://new/x'],
    ['https://[2001:db8::1]/x'],
    ['http://127.0.0.1:8080/x'],
    ['http://localhost/x'],
  ])('can download from %s', async (url) => {
    expect(await check([url])).toMatchObject({ problems: [], warnings: [] })
  })

  test.each([
    [['https://old/x'], 'old'],
    [['https://203.0.113.9/x'], '203.0.113.9'],
    [['https://both/x', 'https://old/y'], 'old'],
  ])('cannot download from %j', async (urls, host) => {
    const { problems, warnings, at } = await check(urls)
    expect(problems).toEqual([
      `the build server would have IPv6 alone, but ${host} has no IPv6 address, so it could not download the disk`,
    ])
    expect({ warnings, at }).toEqual({ warnings: [], at: VAR_FILE })
  })

  test('is asked of the proxy, when the download goes through one', async () => {
    expect(await check(['https://old/a'], { proxy: 'http://new:3128' })).toMatchObject({ problems: [], warnings: [] })
    expect((await check(['https://new/a'], { proxy: 'socks5://old' })).problems).toEqual([
      'the build server would have IPv6 alone, but old has no IPv6 address, so it could not download the disk',
    ])
  })

  test('may be able to when a name cannot be looked up here', async () => {
    expect(await check(['https://hidden/x'])).toMatchObject({
      problems: [],
      warnings: [expect.stringContaining('not known whether hidden has an IPv6 address')],
    })
  })
})

test('servers with IPv4, or without a public address, are no matter', async () => {
  for (const server of [{ ipv4: true }, { ipv4: false, ipv6: false }]) {
    expect(await check(['https://old/x'], server)).toMatchObject({ problems: [], warnings: [] })
  }
})
