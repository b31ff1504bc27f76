import { describe, expect, test } from 'vitest'
import type { Firewall, Network } from '../../../src/hetzner/wire.ts'
import type { SourceChoice } from '../../../src/plan/request.ts'
import { PLAIN_SERVER, resolveServer, type ServerRequest } from '../../../src/plan/server-settings.ts'
import { findServerWarnings } from '../../../src/plan/server-warnings.ts'
import { sourced } from './fixture.ts'

const SSH = { direction: 'in', protocol: 'tcp', port: '22', source_ips: ['0.0.0.0/0', '::/0'] }
const wall = (...rules: object[]): Firewall => ({
  id: 1,
  name: 'wall',
  rules: rules.map((rule) => ({ ...SSH, ...rule })),
})
const inner = (...destinations: string[]): Network => ({
  id: 2,
  name: 'inner',
  subnets: [{ network_zone: 'eu-central' }],
  routes: destinations.map((destination) => ({ destination })),
})
const FACTORY: SourceChoice = { kind: 'schematic', schematic: undefined }
const FILE: SourceChoice = { kind: 'file', path: '/disk', at: { kind: 'default' } }
const OFF = sourced(false)

function warningsOf(
  change: Partial<ServerRequest>,
  offers: { firewalls?: readonly Firewall[]; networks?: readonly Network[] },
  choice = FACTORY,
  isBootTested = false,
): string[] {
  const server = { ...PLAIN_SERVER, ...change }
  const all = { firewalls: [], networks: [], ...offers }
  const image = {
    name: 'arm',
    architecture: 'arm',
    role: undefined,
    choice,
    sha256: undefined,
    server,
    serverType: sourced('cax11'),
    location: sourced('fsn1'),
    template: undefined,
  } as const
  return findServerWarnings(image, resolveServer(server, all).settings, all, isBootTested).map(({ message }) => message)
}

describe('firewalls', () => {
  const behind = (firewall: Firewall, change: Partial<ServerRequest> = {}) =>
    warningsOf({ firewalls: [sourced('wall')], ...change }, { firewalls: [firewall], networks: [inner()] })

  test.each([
    [wall({})],
    [wall({ port: '20-25' })],
    [wall({ port: 'any' })],
    [wall({ port: '80' }, { source_ips: ['192.0.2.0/24'] })],
  ])('that let SSH in are no matter: %j', (firewall) => expect(behind(firewall)).toEqual([]))

  test.each([
    [wall()],
    [wall({ port: '80' })],
    [wall({ protocol: 'udp' })],
    [wall({ protocol: 'icmp', port: null })],
    [wall({ direction: 'out', source_ips: [] })],
    [wall({ source_ips: ['::/0'] })],
  ])('that do not are told: %j', (firewall) =>
    expect(behind(firewall)).toEqual(['no rule lets SSH in over IPv4: firewall "wall"']),
  )

  test('are looked at for the family that SSH goes over', () => {
    const six = wall({ source_ips: ['::/0'] })
    expect(behind(six, { ipv4: OFF })).toEqual([])
    expect(behind(wall({ source_ips: ['0.0.0.0/0'] }), { ipv4: OFF })).toHaveLength(1)
    expect(behind(wall(), { networks: [sourced('inner')], sshOver: sourced('private') })).toEqual([])
  })

  test('are enough when one of them lets SSH in', () => {
    const other = { ...wall({}), id: 9, name: 'other' }
    const both = [sourced('wall'), sourced('other')]
    expect(warningsOf({ firewalls: both }, { firewalls: [wall(), other] })).toEqual([])
    expect(warningsOf({ firewalls: both }, { firewalls: [wall(), { ...other, rules: [] }] })).toEqual([
      'no rule lets SSH in over IPv4: firewalls "wall" and "other"',
    ])
  })
})

describe('firewalls of a boot test', () => {
  const behind = (firewall: Firewall) =>
    warningsOf({ firewalls: [sourced('wall')] }, { firewalls: [firewall] }, FACTORY, true)

  test('let port 50000 in', () => {
    expect(behind(wall({ port: 'any' }))).toEqual([])
    expect(behind(wall({ port: '22' }, { port: '50000-50001' }))).toEqual([])
  })

  test('or that is told', () => {
    expect(behind(wall({ port: '22' }))).toEqual(['no rule lets the boot test reach Talos over IPv4: firewall "wall"'])
  })
})

describe('the way out', () => {
  const BARE = { ipv4: OFF, ipv6: OFF, networks: [sourced('inner')] }
  const RESCUE = 'the build server has no public address, and the rescue system may not have the private network'
  const MISSING = [RESCUE, 'the build server has no public address, and no network of it has a route to the Internet']

  test('is missing without a public address and a route', () => {
    expect(warningsOf(BARE, { networks: [inner()] })).toEqual(MISSING)
    expect(warningsOf(BARE, { networks: [inner('10.1.0.0/16')] })).toEqual(MISSING)
  })

  test('is there with either, or not needed', () => {
    expect(warningsOf(BARE, { networks: [inner('0.0.0.0/0')] })).toEqual([RESCUE])
    expect(warningsOf({ ...BARE, ipv6: sourced(true) }, { networks: [inner()] })).toEqual([])
    expect(warningsOf(BARE, { networks: [inner()] }, FILE)).toEqual([RESCUE])
  })
})
