/** The SSH server of a machine: it lets root in, and runs what root asks for. */

import { timingSafeEqual } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import ssh2, { type AuthContext, type ParsedKey } from 'ssh2'
import { listenForMachine } from '../listen.ts'
import type { BootTarget } from '../machine.ts'
import { type StartCommand, serveSession } from './ssh-session.ts'

export interface SshServerOptions {
  readonly address: string
  readonly port: number
  readonly target: BootTarget
  readonly start: StartCommand
  /** Called when a command has ended and all its output is on the way. */
  readonly onCommandEnd: () => Promise<void>
}

export interface SshServer {
  /** Refuses new connections, drops those that are open, and kills their commands. Never fails. */
  close(): Promise<void>
}

/**
 * Listens as a machine does, with a host key that is made anew each time.
 * @throws TalosImageError `sandbox` when the address cannot be listened at
 */
export async function listenForSsh(options: SshServerOptions): Promise<SshServer> {
  const { address, port, target } = options
  const keys = target.authorizedKeys.flatMap((line) => {
    const key = ssh2.utils.parseKey(line)
    return key instanceof Error ? [] : [key]
  })
  const ssh = new ssh2.Server({ hostKeys: [makeHostKey()] }, (connection) => {
    connection.on('authentication', (context) => answer(context, mayEnter(context, keys, target.rootPassword)))
    connection.on('session', (accept) => serveSession(accept(), options))
    // A client that breaks off is not an error of the machine; its channels close, and end their commands.
    connection.on('error', () => undefined)
  })
  const sockets = new Set<Socket>()
  // ssh2 takes over a connection as soon as it is made; the sockets stay ours, to set their options and to drop them.
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    ssh.injectSocket(socket)
  })
  await listenForMachine(server, address, port)
  return {
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** ssh2 1.17 writes a key that nobody can read whenever the public half begins with a zero byte: one in 256. */
function makeHostKey(): string {
  const key = ssh2.utils.generateKeyPairSync('ed25519').private
  return ssh2.utils.parseKey(key) instanceof Error ? makeHostKey() : key
}

function answer(context: AuthContext, isWelcome: boolean): void {
  if (isWelcome) context.accept()
  else context.reject(['publickey', 'password'])
}

function mayEnter(context: AuthContext, keys: readonly ParsedKey[], rootPassword: string): boolean {
  if (context.username !== 'root') return false
  if (context.method === 'password')
    return rootPassword !== '' && isSame(Buffer.from(context.password), Buffer.from(rootPassword))
  if (context.method !== 'publickey') return false
  const { key: offered, blob, signature, hashAlgo } = context
  const key = keys.find((known) => known.type === offered.algo && isSame(known.getPublicSSH(), offered.data))
  if (key === undefined) return false
  // Without a signature the client only asks whether this key would do.
  if (signature === undefined || blob === undefined) return true
  return key.verify(blob, signature, hashAlgo) === true
}

const isSame = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b)
