import { describe, expect, test } from 'vitest'
import type { Server } from '../../../../src/hetzner/wire.ts'
import { addressOf, firstAddressOf } from '../../../../src/run/steps/server-address.ts'

describe('the first address of an IPv6 network', () => {
  test.each([
    ['2001:db8::/64', '2001:db8::1'],
    ['2001:db8:0:1::/64', '2001:db8:0:1::1'],
    ['::ffff:7f40:0/120', '::ffff:7f40:1'],
    ['2001:db8:1:2:3:4:5:fffe/127', '2001:db8:1:2:3:4:5:ffff'],
  ])('of %s is %s', (network, address) => expect(firstAddressOf(network)).toBe(address))
})

describe('SSH goes', () => {
  const server = (change: Partial<Server> = {}): Server => ({
    id: 1,
    name: 'one',
    status: 'off',
    created: '2026-08-01T12:00:00Z',
    public_net: { ipv4: { ip: '192.0.2.1' }, ipv6: { ip: '2001:db8::/64' } },
    private_net: [
      { network: 5, ip: '10.5.0.2' },
      { network: 4, ip: '10.4.0.2' },
    ],
    server_type: { id: 1, name: 'cx23', prices: [] },
    location: { id: 1, name: 'fsn1' },
    image: null,
    rescue_enabled: false,
    labels: {},
    ...change,
  })

  test.each([
    ['ipv4', '192.0.2.1'],
    ['ipv6', '2001:db8::1'],
    ['private', '10.4.0.2'],
  ] as const)('over %s to %s', (sshOver, address) => {
    expect(addressOf(server(), { sshOver, networkIds: [4, 5] })).toBe(address)
  })

  test.each([
    ['ipv4', 'has no public IPv4 address'],
    ['ipv6', 'has no public IPv6 network'],
    ['private', 'has no address in its network'],
  ] as const)('nowhere without an address: %s', (sshOver, why) => {
    const bare = server({ public_net: { ipv4: null, ipv6: null }, private_net: [{ network: 4, ip: '' }] })
    expect(() => addressOf(bare, { sshOver, networkIds: [4] })).toThrow(why)
  })

  test.each(['ipv4', 'ipv6', 'private'] as const)('nowhere, when the API gives something else: %s', (sshOver) => {
    for (const ip of ['ssh.attacker.example', '-oProxyCommand=x', '192.0.2.1 ', '192.0.2', 'x::/64']) {
      const odd = server({ public_net: { ipv4: { ip }, ipv6: { ip } }, private_net: [{ network: 4, ip }] })
      expect(() => addressOf(odd, { sshOver, networkIds: [4] })).toThrow('which is no address')
    }
  })
})
