/** A client of the plain library, to see what really arrives. */

import { once } from 'node:events'
import ssh2, { type ClientChannel, type ConnectConfig } from 'ssh2'

export interface LoggedIn extends AsyncDisposable {
  /** How many bytes a command's outputs have. It reads slowly, so that the server has to wait. */
  count(command: string): Promise<{ stdout: number; stderr: number }>
}

/** @param target where a server listens */
export async function loggedIn(target: ConnectConfig): Promise<LoggedIn> {
  const client = new ssh2.Client()
  const ready = once(client, 'ready')
  client.connect({ ...target, username: 'root', hostVerifier: () => true })
  await ready
  return {
    count: async (command) => {
      const channel = await new Promise<ClientChannel>((resolve, reject) => {
        client.exec(command, (error, opened) => (error === undefined ? resolve(opened) : reject(error)))
      })
      const seen = { stdout: 0, stderr: 0 }
      const slowly = (stream: NodeJS.ReadableStream, name: 'stdout' | 'stderr') =>
        stream.on('data', (bytes: Buffer) => {
          seen[name] += bytes.length
          stream.pause()
          setImmediate(() => stream.resume())
        })
      slowly(channel, 'stdout')
      slowly(channel.stderr, 'stderr')
      // What has arrived may still wait to be read when the channel closes.
      await Promise.all([once(channel, 'end'), once(channel.stderr, 'end')])
      return seen
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(client, 'close')
      client.end()
      await closed
    },
  }
}
