/** What stands between a client and a machine's SSH when connections are to go wrong. */

import { connect, createServer, type Socket } from 'node:net'
import type { ConnectionFault } from '../faults.ts'
import { listenForMachine } from '../listen.ts'

export interface RelayOptions {
  readonly address: string
  /** Where clients come. */
  readonly port: number
  /** Where the machine answers, at the same address. */
  readonly machinePort: number
  /** Asked for each connection. Only `reset` and `silent` can be had here: the rest lies within SSH. */
  readonly onConnection: () => ConnectionFault | undefined
}

export interface Relay {
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

/** @throws SandboxError `sandbox` when the port is taken or not allowed */
export async function openRelay({ address, port, machinePort, onConnection }: RelayOptions): Promise<Relay> {
  const sockets = new Set<Socket>()
  const own = (socket: Socket): Socket => {
    sockets.add(socket)
    // Whichever side goes away, `close` follows.
    return socket
      .setNoDelay(true)
      .on('error', () => undefined)
      .on('close', () => sockets.delete(socket))
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    own(client)
    const fault = onConnection()
    if (fault === 'reset') client.resetAndDestroy()
    // What the client says is read, or its leaving would not be noticed.
    else if (fault === 'silent') client.on('end', () => client.end()).resume()
    else join(client, own(connect({ host: address, port: machinePort, allowHalfOpen: true })))
  })
  await listenForMachine(server, address, port)
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function join(client: Socket, machine: Socket): void {
  client.pipe(machine).pipe(client)
  client.on('close', () => machine.destroy())
  machine.on('close', (failed) => (failed ? client.resetAndDestroy() : client.destroySoon()))
}
