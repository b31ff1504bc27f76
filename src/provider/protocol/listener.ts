/** Where the server listens, and whom it lets in: the host alone. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logVerbosity, type Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import { TalosImageError } from '../../errors.ts'
import { createCertificate } from './certificate.ts'
import type { Endpoint, Handshake } from './handshake.ts'

/** The longest path of a socket that each system takes; that of macOS is the shortest. */
const LONGEST_SOCKET = 103
const LOOPBACK = '127.0.0.1'

/**
 * Lets the server listen, until it is closed, at a socket that only this user can reach, and on Windows, or where its path would be too long, at a port of
 * loopback. Both sides prove themselves with certificates, unless the host wants none.
 * @param platform as Node.js names it
 */
export async function listenFor(
  server: Server,
  { clientCertificate, ports }: Handshake,
  platform: string,
): Promise<Endpoint & AsyncDisposable> {
  const own = clientCertificate === undefined ? undefined : createCertificate()
  const credentials =
    own === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from(clientCertificate ?? ''),
          [{ private_key: Buffer.from(own.key), cert_chain: Buffer.from(own.certificate) }],
          true,
        )
  const certificate = own?.der
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-provider-')).catch((cause: unknown) => {
    const message = `the provider cannot make a folder in ${tmpdir()}: ${cause instanceof Error ? cause.message : String(cause)}`
    const hint = 'set TMPDIR to a folder that is there and can be written to'
    throw new TalosImageError({ code: 'usage', message, hint }, { cause })
  })
  const stop = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const path = join(folder, 'socket')
  if (platform !== 'win32' && path.length <= LONGEST_SOCKET) {
    await bind(server, `unix:${path}`, credentials)
    return { network: 'unix', address: path, certificate, [Symbol.asyncDispose]: stop }
  }
  const port = await bindPort(server, ports, credentials)
  return { network: 'tcp', address: `${LOOPBACK}:${port}`, certificate, [Symbol.asyncDispose]: stop }
}

/** The first port that is free. */
async function bindPort(
  server: Server,
  [first, last]: Handshake['ports'],
  credentials: ServerCredentials,
): Promise<number> {
  // It would print each port that is taken.
  setLogVerbosity(logVerbosity.NONE)
  try {
    return await bind(server, `${LOOPBACK}:${first}`, credentials)
  } catch (error) {
    if (first >= last) throw error
    return await bindPort(server, [first + 1, last], credentials)
  }
}

/**
 * @param address as gRPC has it
 * @returns the port
 */
const bind = (server: Server, address: string, credentials: ServerCredentials): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error === null ? resolve(port) : reject(error)))
  })
