import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { NO_FAULTS, type TalosFaults } from '../../../packages/hcloud-sandbox/src/machines/faults.ts'
import type { InstalledTalos } from '../../../packages/hcloud-sandbox/src/machines/machine.ts'
import { createNoMachines } from '../../../packages/hcloud-sandbox/src/machines/none/machines.ts'
import { makeCertificate } from '../../../packages/hcloud-sandbox/src/machines/talos/certificate.ts'
import { portOf } from '../../../packages/hcloud-sandbox/src/state/loopback.ts'
import { askTalos } from '../../../src/remote/talos/ask-talos.ts'
import { waitForTalos } from '../../../src/remote/talos/wait-for-talos.ts'
import { systemClock } from '../../../src/util/clock.ts'

const HOST = '127.91.7.1'
const SCHEMATIC = '0123456789abcdef'.repeat(4)
const DISK: InstalledTalos = {
  version: 'v1.13.9',
  schematicId: SCHEMATIC,
  extensions: ['siderolabs/iscsi-tools'],
  architecture: 'x86',
  platform: 'hcloud',
  answers: 'version',
  boots: true,
}
const UNTOLD = { version: undefined, architecture: undefined }

/** A machine that is switched on with a disk, and the port at which it answers. */
async function boot(disk: Partial<InstalledTalos> = {}, faults: TalosFaults = {}) {
  const talosPort = await freePort()
  const spec = {
    id: 42,
    name: 'one',
    architecture: 'x86',
    address: HOST,
    sshPort: 1,
    talosPort,
    diskFile: '/',
  } as const
  const machine = createNoMachines(undefined, { faults: { ...NO_FAULTS, atTalos: () => faults } }).create(spec)
  await machine.powerOn({ system: 'disk', authorizedKeys: [], rootPassword: '', talos: { ...DISK, ...disk } })
  return { port: talosPort, machine, [Symbol.asyncDispose]: () => machine.powerOff() }
}

/** Waits until something other than a refusal is seen. */
async function look(port: number, timeoutMs = 5000) {
  return waitForTalos({ host: HOST, port }, { clock: systemClock, signal: AbortSignal.timeout(30_000), timeoutMs })
}

describe('a machine with Talos in maintenance mode', () => {
  test('tells its version, its schematic, where it runs and which server it is', async () => {
    await using one = await boot()
    const seen = await look(one.port)
    expect(seen).toMatchObject({
      kind: 'talos',
      facts: { version: 'v1.13.9', architecture: 'amd64', platform: 'hcloud', schematic: SCHEMATIC, instance: '42' },
      certificate: { fingerprint: expect.stringMatching(/^[\w+/]{43}=$/), namesAddress: true, isTrusted: false },
    })
  })

  test('is known by what it refuses, where it does not tell its version', async () => {
    await using one = await boot({ answers: 'unimplemented', version: 'v1.12.2', architecture: 'arm' })
    const facts = { ...UNTOLD, platform: 'hcloud', schematic: SCHEMATIC, instance: '42' }
    expect(await look(one.port)).toMatchObject({ kind: 'talos', facts })
  })

  test('has its schematic as a resource of its own from 1.14 on', async () => {
    await using one = await boot({ version: 'v1.14.0', answers: 'unimplemented' })
    expect(await look(one.port)).toMatchObject({ kind: 'talos', facts: { schematic: SCHEMATIC } })
  })

  test('is not waited for once it wants a certificate', async () => {
    await using one = await boot({ answers: 'configured' })
    expect(await look(one.port)).toMatchObject({ kind: 'nothing', last: 'client certificate wanted' })
  })
})

describe('what is no Talos', () => {
  test.each<[string, Partial<InstalledTalos>, TalosFaults, string]>([
    ['a disk that does not boot', { boots: false }, {}, 'refused'],
    ['another service', {}, { isOtherService: true }, 'no gRPC'],
  ])('is told: %s', async (_, disk, faults, last) => {
    await using one = await boot(disk, faults)
    expect(await look(one.port, 400)).toMatchObject({ kind: 'nothing', last })
  })

  test('is told: no answer at all', async () => {
    await using one = await boot({}, { isSilent: true })
    await expect.poll(() => reached(one.port)).toBe(true)
    const asked = askTalos(HOST, one.port, AbortSignal.timeout(200))
    await expect(asked).rejects.toThrow(/timeout/)
  })

  test('is told: a service without TLS, such as SSH', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.resume()
      socket.write('SSH-2.0-OpenSSH_9.2\r\n')
    })
    await using one = await listen(server)
    expect(await askTalos(HOST, one.port, AbortSignal.timeout(5000))).toEqual({ kind: 'nothing', failure: 'no TLS' })
  })

  test('is told: a web server with HTTP/2 alone', async () => {
    const { createSecureServer } = await import('node:http2')
    const server = createSecureServer(makeCertificate([HOST], Date.now()), (_, response) => response.end('<html>'))
    server.on('sessionError', () => {})
    await using one = await listen(server)
    expect(await askTalos(HOST, one.port, AbortSignal.timeout(5000))).toEqual({ kind: 'nothing', failure: 'no gRPC' })
  })

  test('is told: another service with gRPC', async () => {
    const { createSecureServer } = await import('node:http2')
    const server = createSecureServer(makeCertificate([HOST], Date.now()))
    server.on('sessionError', () => {})
    server.on('stream', (stream) => {
      const answer = {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': '12',
        'grpc-message': 'unknown service',
      }
      stream.respond(answer, { endStream: true })
    })
    await using one = await listen(server)
    expect(await askTalos(HOST, one.port, AbortSignal.timeout(5000))).toEqual({ kind: 'nothing', failure: 'not Talos' })
  })

  test('is told: a web server', async () => {
    const server = createHttpsServer(makeCertificate([HOST], Date.now()), (_, response) => response.end('<html>'))
    server.on('tlsClientError', () => {})
    await using one = await listen(server)
    expect(await askTalos(HOST, one.port, AbortSignal.timeout(5000))).toEqual({ kind: 'nothing', failure: 'no gRPC' })
  })
})

async function reached(port: number): Promise<boolean> {
  return (await askTalos(HOST, port, AbortSignal.timeout(200)).catch(() => ({ kind: 'silent' }))).kind === 'silent'
}

async function freePort(): Promise<number> {
  await using one = await listen(createServer())
  return one.port
}

async function listen(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
        server.closeAllConnections()
    })
  return { port: portOf(server), [Symbol.asyncDispose]: close }
}
