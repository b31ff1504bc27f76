/** Machines that run nothing: they accept every SSH login, and answer our scripts as a rescue system would. */

import { once } from 'node:events'
import type { Machine, MachineKind, MachineSpec } from 'hcloud-sandbox'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'
import { createKeyPair } from '../../src/remote/key-pair.ts'

const HASH = '0'.repeat(128)

/** What each script reports, by a word that only this script holds. */
const ANSWERS = [
  ['say missing', { host: 'rescue rescue', mounted: 'no', missing: '', 'device-bytes': '40000000000' }],
  [
    'source-sha256',
    { discard: 'ok', 'source-sha256': '0'.repeat(64), 'data-hash': HASH, 'disk-bytes': String(1 << 30) },
  ],
  ['boot-sector', { 'data-hash': HASH, 'boot-sector': 'ok', rest: 'zero' }],
] as const

/** @param builds how many disks must be waiting to be written before any of them is: then all builds are under way */
export function createAnsweringMachines(builds: number): MachineKind {
  const { promise: all, resolve: allAreHere } = makePromise()
  let here = 0
  const answer = async (channel: ServerChannel, command: string): Promise<void> => {
    const [word, report] = ANSWERS.find(([one]) => command.includes(one)) ?? []
    if (word === 'source-sha256') {
      here += 1
      if (here === builds) allAreHere()
      await all
    }
    for (const [key, value] of Object.entries(report ?? {})) channel.write(`talos-image ${key} ${value}\n`)
    channel.exit(report === undefined ? 127 : 0)
    channel.end()
  }
  return { name: 'none', check: () => Promise.resolve(), create: (spec) => createMachine(spec, answer) }
}

function makePromise(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

function createMachine(spec: MachineSpec, answer: (channel: ServerChannel, command: string) => Promise<void>): Machine {
  const connections = new Set<Connection>()
  let server: ssh2.Server | undefined
  const serve = (connection: Connection): void => {
    connections.add(connection)
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => context.accept())
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec()
        channel.on('error', () => undefined)
        void answer(channel, command)
      })
    })
  }
  return {
    spec,
    get running() {
      return server !== undefined
    },
    async powerOn() {
      if (server !== undefined) return
      const { privateKey } = await createKeyPair('host')
      server = new ssh2.Server({ hostKeys: [privateKey] }, serve)
      server.listen(spec.sshPort, spec.address)
      await once(server, 'listening')
    },
    async powerOff() {
      server?.close()
      server = undefined
      for (const connection of connections) connection.end()
      connections.clear()
    },
  }
}
