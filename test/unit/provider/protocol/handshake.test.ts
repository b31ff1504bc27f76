import { describe, expect, it } from 'vitest'
import { isHosted, isProvider } from '../../../../src/cli/invocation.ts'
import { formatHandshake, formatReattach, readHandshake } from '../../../../src/provider/protocol/handshake.ts'

const COOKIE = { TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2' }
const NAME = '/plugins/terraform-provider-talosimage_v1.2.3'

describe('the command is the provider', () => {
  it.each([
    ['started by Terraform', NAME, [], COOKIE, true, true],
    ['started by Terraform under another name', '/usr/bin/talos-image', [], COOKIE, true, true],
    ['called by hand', NAME, ['--help'], {}, false, true],
    ['started on Windows', 'C:\\x\\terraform-provider-talosimage_v1.2.3.exe', [], COOKIE, true, true],
    // As by the provider of `data "external"`, which passes its environment on.
    ['called by another provider', '/usr/bin/talos-image', ['external'], COOKIE, false, false],
    ['called with the cookie of something else', 'talos-image', [], { TF_PLUGIN_MAGIC_COOKIE: 'x' }, false, false],
    ['called as itself', 'talos-image', ['build'], {}, false, false],
  ])('or not: %s', (_, name, args, env, hosted, provider) => {
    const process = { argv: ['node', name, ...args], env }
    expect({ hosted: isHosted(process), provider: isProvider(process) }).toEqual({ hosted, provider })
  })
})

describe('the handshake', () => {
  it('says what the host wants', () => {
    expect(readHandshake({})).toEqual({ clientCertificate: undefined, ports: [0, 0] })
    const env = {
      PLUGIN_MIN_PORT: '10000',
      PLUGIN_MAX_PORT: '25000',
      PLUGIN_PROTOCOL_VERSIONS: '5,6',
      PLUGIN_CLIENT_CERT: 'PEM',
    }
    expect(readHandshake(env)).toEqual({ clientCertificate: 'PEM', ports: [10_000, 25_000] })
  })

  it('fails with a host that does not speak this protocol', () => {
    expect(() => readHandshake({ PLUGIN_PROTOCOL_VERSIONS: '4,5' })).toThrow(
      'the provider speaks plugin protocol 6, and this program speaks 4,5 only',
    )
  })

  it('is answered in one line, with the certificate in base64 that has no padding', () => {
    const certificate = new Uint8Array([255, 254, 253, 252])
    expect(formatHandshake({ network: 'unix', address: '/tmp/socket', certificate })).toBe(
      '1|6|unix|/tmp/socket|grpc|//79/A',
    )
    expect(formatHandshake({ network: 'tcp', address: '127.0.0.1:1234', certificate: undefined })).toBe(
      '1|6|tcp|127.0.0.1:1234|grpc|',
    )
  })

  it('for a debugger is a variable of the shell', () => {
    const text = formatReattach({ network: 'unix', address: '/s', certificate: undefined }, { source: 'a/b', pid: 7 })
    const [, json = ''] = /^TF_REATTACH_PROVIDERS='(.*)'$/.exec(text) ?? []
    expect(JSON.parse(json)).toEqual({
      'a/b': { Protocol: 'grpc', ProtocolVersion: 6, Pid: 7, Test: true, Addr: { Network: 'unix', String: '/s' } },
    })
  })
})
