/** A real SSH server on 127.0.0.1 whose commands are a test's own. */

import { once } from 'node:events'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'
import { createKeyPair } from '../../../src/remote/key-pair.ts'
import type { SessionTarget } from '../../../src/remote/session.ts'

export interface TestSshServer extends AsyncDisposable {
  readonly target: SessionTarget
  /** The commands that came, oldest first. */
  readonly commands: readonly string[]
  /** Cuts every connection. */
  cut(): void
}

type OnCommand = (channel: ServerChannel, command: string, connection: Connection) => void

/** @param onCommand answers a command; @param accept whether the key is taken */
export async function serveSsh(onCommand: OnCommand, accept = true): Promise<TestSshServer> {
  const { privateKey: hostKey } = await createKeyPair('host')
  const { privateKey } = await createKeyPair('test')
  const commands: string[] = []
  const connections = new Set<Connection>()
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connections.add(connection)
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => {
      if (accept && context.method === 'publickey' && context.username === 'root') context.accept()
      else context.reject(['publickey'])
    })
    connection.on('session', (acceptSession) => {
      acceptSession().on('exec', (acceptExec, _, { command }) => {
        commands.push(command)
        const channel = acceptExec()
        channel.on('error', () => undefined)
        onCommand(channel, command, connection)
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  const cut = (): void => {
    for (const connection of connections) connection.end()
  }
  return {
    target: { host: '127.0.0.1', port: address.port, privateKey },
    commands,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
