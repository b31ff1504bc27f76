/** What HashiCorp's go-plugin tells a provider in its environment, and the line that it waits for on standard output. */

import { TalosImageError } from '../../errors.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Terraform's, and OpenTofu's: who starts a provider with it knows that it is one. It is no secret. */
const COOKIE = ['TF_PLUGIN_MAGIC_COOKIE', 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2'] as const
/** Of go-plugin itself. */
const CORE_PROTOCOL = 1
/** Terraform's plugin protocol. */
const PROTOCOL = 6

export const hasCookie = (env: Env): boolean => env[COOKIE[0]] === COOKIE[1]

export interface Handshake {
  /** What the host proves itself with, in PEM; undefined when it wants no TLS. */
  readonly clientCertificate: string | undefined
  /** For a listener on TCP, first and last. */
  readonly ports: readonly [number, number]
}

/** @throws TalosImageError when the host speaks only other protocols */
export function readHandshake(env: Env): Handshake {
  const versions = env.PLUGIN_PROTOCOL_VERSIONS ?? ''
  if (versions !== '' && !versions.split(',').includes(String(PROTOCOL))) {
    throw new TalosImageError({
      code: 'usage',
      message: `the provider speaks plugin protocol ${PROTOCOL}, and this program speaks ${versions} only`,
      hint: 'use Terraform 1.0 or newer, or OpenTofu',
    })
  }
  return {
    clientCertificate: env.PLUGIN_CLIENT_CERT || undefined,
    ports: [toPort(env.PLUGIN_MIN_PORT), toPort(env.PLUGIN_MAX_PORT)],
  }
}

function toPort(text = ''): number {
  const port = Number(text)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0
}

/** Where the host finds the server. */
export interface Endpoint {
  readonly network: 'unix' | 'tcp'
  /** A path, or host and port. */
  readonly address: string
  /** What the server proves itself with, in DER; undefined without TLS. */
  readonly certificate: Uint8Array | undefined
}

export function formatHandshake({ network, address, certificate }: Endpoint): string {
  const encoded = Buffer.from(certificate ?? [])
    .toString('base64')
    .replaceAll('=', '')
  return [CORE_PROTOCOL, PROTOCOL, network, address, 'grpc', encoded].join('|')
}

/**
 * The variable of a shell by which Terraform finds a provider that runs already.
 * @param source as configurations name the provider
 */
export function formatReattach(
  { network, address }: Endpoint,
  { source, pid }: { readonly source: string; readonly pid: number },
): string {
  const host = {
    Protocol: 'grpc',
    ProtocolVersion: PROTOCOL,
    Pid: pid,
    // It is not ended with Terraform.
    Test: true,
    Addr: { Network: network, String: address },
  }
  return `TF_REATTACH_PROVIDERS='${JSON.stringify({ [source]: host })}'`
}
