import { expect, test } from 'vitest'
import { findServerProblems } from '../../../src/plan/server-settings.ts'
import { type attributes, findProblems, readAccess } from '../../../src/provider/provider-attributes.ts'
import { type Open, UNKNOWN } from '../../../src/provider/schema.ts'

const NOTHING: Open<typeof attributes> = {
  token: null,
  endpoint: null,
  factory_url: null,
  sandbox: null,
  ssh: null,
  build_server: null,
  boot_tests: null,
}
const SSH = { port: null, timeout: null, over: null, require_host_proof: null }
const SERVER = { ip_family: null, networks: null, firewalls: null, labels: null, download_proxy: null }

test('a block without settings asks for plain servers', () => {
  expect(findServerProblems(readAccess(NOTHING).server)).toEqual([])
  expect(readAccess(NOTHING)).toMatchObject({
    ...{ sshTimeoutMs: undefined, requireHostProof: false },
    ...{ bootTestMs: undefined, allowUnproven: false },
  })
})

test('settings are those of the command, and what is wrong with them is at its attribute', () => {
  const { server, ...rest } = readAccess({
    ...NOTHING,
    ssh: { ...SSH, timeout: '90s', over: 'private', require_host_proof: true },
    build_server: { ...SERVER, ip_family: 'none', networks: ['inner'], firewalls: ['f', UNKNOWN], labels: { a: 'b' } },
    boot_tests: { timeout: '10m', allow_unproven: true },
  })
  expect(rest).toEqual({ sshTimeoutMs: 90_000, requireHostProof: true, bootTestMs: 600_000, allowUnproven: true })
  expect(server).toMatchObject({
    networks: [{ value: 'inner' }],
    firewalls: [{ value: 'f' }],
    ipv4: { value: false },
    ipv6: { value: false },
    sshOver: { value: 'private' },
  })
  expect(findServerProblems(server)).toMatchObject([
    { message: expect.stringContaining('without a public address'), at: { name: 'attribute build_server/firewalls' } },
  ])
})

test('values that cannot be are told, those that are not known are not', () => {
  const wrong = {
    ...NOTHING,
    ssh: { ...SSH, port: 0, timeout: 'soon', over: 'pigeon' },
    build_server: { ...SERVER, ip_family: 'ipv5', labels: { 'a b': 'c' } },
    boot_tests: { timeout: 'late', allow_unproven: null },
  }
  expect(findProblems(wrong).map(({ path }) => path?.join('.'))).toEqual([
    'ssh.port',
    'ssh.timeout',
    'boot_tests.timeout',
    'ssh.over',
    'build_server.ip_family',
    'build_server.labels',
  ])
  expect(findProblems({ ...NOTHING, ssh: UNKNOWN, build_server: UNKNOWN, boot_tests: UNKNOWN })).toEqual([])
})
