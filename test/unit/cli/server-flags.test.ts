import { describe, expect, test } from 'vitest'
import { parseLabel, readServerFlags, type ServerFlags } from '../../../src/cli/server-flags.ts'
import { findServerProblems, PLAIN_SERVER } from '../../../src/plan/server-settings.ts'

const messagesOf = (flags: ServerFlags) => {
  const { server, problems } = readServerFlags(flags)
  return [...problems, ...findServerProblems(server)].map(({ message }) => message)
}

describe('flags of build servers', () => {
  test('ask for a plain one when there are none', () => {
    expect(readServerFlags({})).toEqual({ server: PLAIN_SERVER, problems: [] })
  })

  test.each([
    ['any', true, true],
    ['ipv4', true, false],
    ['ipv6', false, true],
  ] as const)('--ip-family %s', (ipFamily, ipv4, ipv6) => {
    const { server, problems } = readServerFlags({ ipFamily })
    expect(server).toMatchObject({ ipv4: { value: ipv4 }, ipv6: { value: ipv6 } })
    expect(problems).toEqual([])
  })

  test('say where each comes from', () => {
    const { server, problems } = readServerFlags({
      ipFamily: 'none',
      network: ['inner', '7'],
      sshOver: 'private',
      serverLabel: [{ key: 'team', value: 'infra' }],
    })
    expect(problems).toEqual([])
    const origin = (name: string) => ({ kind: 'flag', name })
    expect(server).toMatchObject({
      networks: [
        { value: 'inner', origin: origin('--network') },
        { value: '7', origin: origin('--network') },
      ],
      sshOver: { value: 'private', origin: origin('--ssh-over') },
      ipv4: { value: false, origin: origin('--ip-family') },
    })
    expect(server.labels.get('team')).toEqual({ value: 'infra', origin: origin('--server-label') })
  })

  test('take the proxy of downloads from the environment, too', () => {
    const env = { TALOS_IMAGE_DOWNLOAD_PROXY: 'http://me:a-secret@p:3128' }
    expect(readServerFlags({}, env).server.downloadProxy).toEqual({
      value: 'http://me:a-secret@p:3128',
      origin: { kind: 'env', name: 'TALOS_IMAGE_DOWNLOAD_PROXY' },
    })
    expect(readServerFlags({ downloadProxy: 'p:1' }, env).server.downloadProxy?.value).toBe('p:1')
    expect(messagesOf({ downloadProxy: 'ftp://me:a-secret@p' })).toEqual([
      '"ftp://[redacted]@p" is not a proxy that can be used',
    ])
  })

  test('contradict each other, which is all said at once', () => {
    expect(messagesOf({ ipFamily: 'none', sshOver: 'ipv4', firewall: ['wall'] })).toEqual([
      'the build server would have no address at all: no public one, and no network',
      'the firewall "wall" cannot apply to a build server without a public address',
    ])
    const label = (key: string, value: string) => ({ key, value })
    expect(
      messagesOf({
        ipFamily: 'ipv6',
        sshOver: 'ipv4',
        serverLabel: [label('a', '1'), label('a', '2'), label('b', 'x'), label('b', 'x'), label('talos-image/run', '')],
      }),
    ).toEqual([
      'the label "a" of the build server is given 2 values',
      'the label "talos-image/run" of the build server cannot be set',
      'SSH is to go over IPv4, but the build server has no IPv4 address',
    ])
  })
})

describe('--server-label', () => {
  test.each([
    ['a=b', 'a', 'b'],
    ['a', 'a', ''],
    ['a=', 'a', ''],
    ['a=b=c', 'a', 'b=c'],
  ])('%s', (text, key, value) => {
    expect(parseLabel(text)).toEqual({ key, value })
  })

  test.each(['', '=b'])('is not %j', (text) => expect(() => parseLabel(text)).toThrow('Use KEY=VALUE'))
})
