/** Plays Talos in maintenance mode on a machine that boots a disk with it, for kinds of machines that boot nothing for real. */

import { createSecureServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { createServer as createTlsServer, type Server } from 'node:tls'
import type { MachineFaults, TalosFaults } from '../faults.ts'
import { listenForMachine } from '../listen.ts'
import type { BootTarget, InstalledTalos, MachineSpec } from '../machine.ts'
import type { PowerOn, Running } from '../power-switch.ts'
import { type Answer, answerCall } from './answers.ts'
import { makeCertificate } from './certificate.ts'

export interface PlayOptions extends Pick<PowerOn, 'timers' | 'losePower'> {
  /** From power-on until it answers, in milliseconds. */
  readonly bootMs: number
  readonly faults: MachineFaults
}

/** Another version than any that is built. */
const OTHER_VERSION = 'v0.0.1'

/** Boots the Talos of a target. A disk that does not boot never answers, and neither does one whose port something else has. */
export function playTalos(
  spec: MachineSpec,
  { talos, talosAddresses = [spec.address] }: BootTarget,
  { bootMs, faults, timers, losePower }: PlayOptions,
): Running {
  timers.after(faults.atBoot(spec).losePowerMs, losePower)
  const wrong = faults.atTalos(spec)
  const sockets = new Set<Socket>()
  const servers: Server[] = []
  const listen = async (disk: InstalledTalos): Promise<void> => {
    for (const address of talosAddresses) {
      const server = createServer(disk, talosAddresses, spec.id, wrong)
      server.on('connection', (socket: Socket) => {
        sockets.add(socket)
        // A client that goes away is no fault of the machine's.
        socket.on('error', () => socket.destroy())
        socket.on('close', () => sockets.delete(socket))
      })
      await listenForMachine(server, address, spec.talosPort)
      servers.push(server)
    }
  }
  const boot = async (): Promise<void> => {
    if (talos?.boots !== true) return
    await timers.sleep(Math.max(bootMs + (wrong.delayMs ?? 0), wrong.refuseMs ?? 0))
    await listen(wrong.isOtherVersion === true ? { ...talos, version: OTHER_VERSION } : talos)
  }
  const booted = boot().catch(() => undefined)
  const close = async (): Promise<void> => {
    await booted
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
    for (const socket of sockets) socket.destroy()
    await Promise.all(closed)
  }
  return { ended: new Promise(() => {}), close }
}

function createServer(
  disk: InstalledTalos,
  addresses: readonly string[],
  instance: number,
  faults: TalosFaults,
): Server {
  const own = makeCertificate([...addresses, '127.0.0.1'], Date.now())
  if (faults.isOtherService) return withoutErrors(createTlsServer({ ...own, ALPNProtocols: ['http/1.1'] }))
  const isConfigured = disk.answers === 'configured'
  const server = createHttp2Server({ ...own, requestCert: isConfigured, rejectUnauthorized: isConfigured })
  server.on('sessionError', () => {})
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => stream.destroy())
    if (faults.isSilent) return
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const request = Buffer.concat(chunks).subarray(5)
      respond(stream, answerCall(String(headers[':path']), request, disk, instance))
    })
  })
  return withoutErrors(server)
}

/** Handshakes that fail are the clients' affair. */
function withoutErrors<T extends Server>(server: T): T {
  server.on('tlsClientError', () => {})
  return server
}

function respond(stream: ServerHttp2Stream, answer: Answer): void {
  if (stream.destroyed) return
  const head = { ':status': 200, 'content-type': 'application/grpc' }
  if ('text' in answer) {
    stream.respond(
      { ...head, 'grpc-status': answer.status, 'grpc-message': encodeURIComponent(answer.text) },
      { endStream: true },
    )
    return
  }
  stream.respond(head, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': 0 }))
  for (const message of answer.messages) {
    const frame = Buffer.alloc(5)
    frame.writeUInt32BE(message.length, 1)
    stream.write(Buffer.concat([frame, message]))
  }
  stream.end()
}
