import { expect, test } from 'vitest'
import { formatServer } from '../../../../src/cli/render/plan-image.ts'
import { PLAIN_SERVER, resolveServer, type ServerSettings } from '../../../../src/plan/server-settings.ts'

const PLAIN = resolveServer(PLAIN_SERVER, { firewalls: [], networks: [] }).settings

test.each<[Partial<ServerSettings>, string[]]>([
  [{}, []],
  [{ ipv4: false, ipv6: true, sshOver: 'ipv6' }, ['IPv6 alone']],
  [{ ipv6: true }, ['IPv4 and IPv6']],
  [{ ipv6: true, sshOver: 'ipv6' }, ['IPv4 and IPv6, SSH over IPv6']],
  [
    { ipv4: false, ipv6: false, networkNames: ['build', 'inner'], sshOver: 'private' },
    ['no public address, network build, network inner, SSH over its network'],
  ],
  [{ downloadProxy: { url: 'http://p:3128', variable: '' } }, ['download through http://p:3128']],
  [
    { firewallNames: ['wall'], labels: { team: 'infra' }, systemImage: 'debian-12' },
    ['firewall wall, label team=infra, made from debian-12'],
  ],
])('%j is shown as %j', (change, lines) => expect(formatServer({ ...PLAIN, ...change })).toEqual(lines))
