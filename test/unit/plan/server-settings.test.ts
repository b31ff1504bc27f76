import { describe, expect, test } from 'vitest'
import type { SshOver } from '../../../src/domain.ts'
import type { Firewall, Network } from '../../../src/hetzner/wire.ts'
import {
  findServerProblems,
  PLAIN_SERVER,
  resolveServer,
  type ServerRequest,
} from '../../../src/plan/server-settings.ts'
import { sourced } from './fixture.ts'

const FLAG = { kind: 'flag', name: '--network' } as const
const ask = (change: Partial<ServerRequest>): ServerRequest => ({ ...PLAIN_SERVER, ...change })
const network = (id: number, name: string, ...zones: string[]): Network => ({
  id,
  name,
  subnets: zones.map((network_zone) => ({ network_zone })),
  routes: [],
})
const firewall = (id: number, name: string): Firewall => ({ id, name, rules: [] })
const OFFERS = {
  networks: [
    network(1, 'inner', 'eu-central'),
    network(2, 'outer', 'us-east', 'eu-central'),
    network(3, '1', 'us-east'),
  ],
  firewalls: [firewall(7, 'ssh')],
}
const resolve = (change: Partial<ServerRequest>) => resolveServer(ask(change), OFFERS)
const OFF = sourced(false)

describe('a build server', () => {
  test('is a plain one unless told', () => {
    expect(findServerProblems(PLAIN_SERVER)).toEqual([])
    expect(resolve({})).toEqual({
      settings: {
        systemImage: 'debian-13',
        labels: {},
        firewallIds: [],
        firewallNames: [],
        networkIds: [],
        networkNames: [],
        networkZones: undefined,
        ipv4: true,
        ipv6: false,
        sshOver: 'ipv4',
      },
      problems: [],
    })
  })

  test.each<[SshOver, Partial<ServerRequest>]>([
    ['ipv6', { ipv4: OFF }],
    ['private', { ipv4: OFF, ipv6: OFF, networks: [sourced('inner')] }],
    ['ipv4', { networks: [sourced('inner')] }],
    ['private', { networks: [sourced('inner')], sshOver: sourced('private') }],
    ['ipv6', { sshOver: sourced('ipv6') }],
  ])('is reached over %s, asked for as %o', (expected, change) => {
    expect(findServerProblems(ask(change))).toEqual([])
    expect(resolve(change).settings.sshOver).toBe(expected)
  })

  test.each<[boolean, string, Partial<ServerRequest>]>([
    [false, 'it has IPv4', {}],
    [false, 'SSH goes over a private network', { networks: [sourced('inner')], sshOver: sourced('private') }],
    [true, 'it is asked for', { ipv6: sourced(true, { kind: 'flag', name: '--ip-family' }) }],
    [true, 'SSH goes over it', { sshOver: sourced('ipv6') }],
    [true, 'there is no IPv4', { ipv4: OFF }],
  ])('has IPv6: %s, since %s', (expected, _why, change) => {
    expect(resolve(change).settings.ipv6).toBe(expected)
  })

  test('is in networks and behind firewalls by name or by ID, in each once', () => {
    const { settings, problems } = resolve({
      networks: ['2', 'inner', 'outer'].map((name) => sourced(name)),
      firewalls: [sourced('ssh')],
      labels: new Map([['team', sourced('infra')]]),
    })
    expect(problems).toEqual([])
    expect(settings).toMatchObject({
      networkIds: [2, 1],
      networkNames: ['outer', 'inner'],
      firewallIds: [7],
      labels: { team: 'infra' },
    })
  })

  test('is where all of its networks reach', () => {
    const zonesOf = (...names: string[]) =>
      resolve({ networks: names.map((name) => sourced(name)) }).settings.networkZones
    expect(zonesOf('inner', 'outer')).toEqual(['eu-central'])
    expect(zonesOf('outer')).toEqual(['us-east', 'eu-central'])
    expect(zonesOf('inner', '3')).toEqual([])
  })

  test('takes a name of digits for a name first', () => {
    expect(resolve({ networks: [sourced('1')] }).settings.networkIds).toEqual([3])
  })

  test('cannot be in or behind what is not there; all of that is said, with near names', () => {
    const { problems } = resolve({
      networks: [sourced('iner', FLAG), sourced('99', FLAG)],
      firewalls: [sourced('shh', FLAG)],
    })
    expect(problems).toEqual([
      { code: 'config', message: 'the project has no firewall "shh"', at: FLAG, hint: 'did you mean "ssh"?' },
      {
        code: 'config',
        message: 'the project has no network "iner"',
        at: FLAG,
        hint: expect.stringContaining('inner'),
      },
      { code: 'config', message: 'the project has no network "99"', at: FLAG, hint: 'it has inner, outer, 1' },
    ])
    const nothing = resolveServer(ask({ firewalls: [sourced('x')] }), { firewalls: [], networks: [] })
    expect(nothing.problems).toMatchObject([{ hint: 'it has no firewalls' }])
  })
})

describe('addresses that are not there', () => {
  test.each<[string, Partial<ServerRequest>]>([
    ['the build server would have no address at all: no public one, and no network', { ipv4: OFF, ipv6: OFF }],
    ['SSH is to go over IPv4, but the build server has no IPv4 address', { ipv4: OFF, sshOver: sourced('ipv4') }],
    ['SSH is to go over IPv6, but the build server has no IPv6 address', { ipv6: OFF, sshOver: sourced('ipv6') }],
    ['SSH is to go over a private network, but the build server is in no network', { sshOver: sourced('private') }],
  ])('%s', (message, change) => {
    expect(findServerProblems(ask(change)).map((problem) => problem.message)).toEqual([message])
  })
})

describe('labels of the build server', () => {
  const problemsOf = (key: string, value = '') =>
    findServerProblems(ask({ labels: new Map([[key, sourced(value, FLAG)]]) }))

  test.each([
    ['team', 'infra'],
    ['example.com/ssh', 'yes'],
    ['just-a-key', ''],
    ['a', 'x'.repeat(63)],
    ['talos-images/x', ''],
  ])('%s=%s can be', (key, value) => expect(problemsOf(key, value)).toEqual([]))

  test.each([
    ['talos-image/run', 'x', 'cannot be set'],
    ['hetzner.cloud/x', '', 'cannot be set'],
    ['', 'x', 'key of a label'],
    ['-a', 'x', 'key of a label'],
    ['a b', 'x', 'key of a label'],
    ['/a', 'x', 'key of a label'],
    ['UPPER.example/a', 'x', 'key of a label'],
    ['x'.repeat(64), 'x', 'key of a label'],
    ['a', 'b c', 'value of the label "a"'],
    ['a', '-b', 'value of the label "a"'],
    ['a', 'x'.repeat(64), 'value of the label "a"'],
  ])('%j=%j cannot', (key, value, why) => {
    expect(problemsOf(key, value)).toMatchObject([{ code: 'config', at: FLAG, message: expect.stringContaining(why) }])
  })

  test('are all looked at', () => {
    const labels = new Map(['a b', 'talos-image/x'].map((key) => [key, sourced('', FLAG)]))
    expect(findServerProblems(ask({ labels, ipv4: OFF, ipv6: OFF }))).toHaveLength(3)
  })
})
