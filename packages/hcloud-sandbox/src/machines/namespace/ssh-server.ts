/** The SSH server of a machine: it lets root in, and runs what root asks for. */

import { timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import ssh2, { type AuthContext, type ParsedKey } from 'ssh2'
import type { ConnectionFault } from '../faults.ts'
import { listenForMachine } from '../listen.ts'
import type { BootTarget } from '../machine.ts'
import { type CommandCourse, type StartCommand, serveSession } from './ssh-session.ts'

export interface SshServerOptions {
  /** All of them are one server, with one host key. */
  readonly addresses: readonly string[]
  readonly port: number
  readonly target: BootTarget
  /** As `makeHostKey` gives it. */
  readonly hostKey: string
  readonly start: StartCommand
  /** Called for each connection, to be told what goes wrong with it. */
  readonly onConnection: () => ConnectionFault | undefined
  /** Called when a command begins, with its text and with what cuts its connection. A shell has the text ''. */
  readonly onCommand: (command: string, drop: () => void) => CommandCourse
}

export interface SshServer {
  /** Refuses new connections, drops those that are open, and kills their commands. Never fails. */
  close(): Promise<void>
}

/**
 * Listens as a machine does.
 * @throws SandboxError `sandbox` when one of the addresses cannot be listened at
 */
export async function listenForSsh(options: SshServerOptions): Promise<SshServer> {
  const { addresses, port, target, hostKey } = options
  const keys = target.authorizedKeys.flatMap((line) => {
    const key = ssh2.utils.parseKey(line)
    return key instanceof Error ? [] : [key]
  })
  const serve = (socket: Socket, fault: 'deny' | 'new-host-key' | undefined) => {
    const hostKeys = [fault === 'new-host-key' ? makeHostKey().private : hostKey]
    const drop = () => socket.destroy()
    const ssh = new ssh2.Server({ hostKeys }, (connection) => {
      connection.on('authentication', (context) => {
        answer(context, fault !== 'deny' && mayEnter(context, keys, target.rootPassword))
      })
      connection.on('session', (accept) => {
        const onCommand = (command: string) => options.onCommand(command, drop)
        serveSession(accept(), { start: options.start, onCommand, connection })
      })
      // A client that breaks off is not an error of the machine; its channels close, and end their commands.
      connection.on('error', () => undefined)
    })
    ssh.injectSocket(socket)
  }
  const sockets = new Set<Socket>()
  // ssh2 takes over a connection as soon as it is made; the sockets stay ours, to set their options and to drop them.
  const onSocket = (socket: Socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const fault = options.onConnection()
    if (fault === 'reset') socket.resetAndDestroy()
    // What the client says is read, or its leaving would not be noticed.
    else if (fault === 'silent') socket.resume()
    else serve(socket, fault)
  }
  const servers: Server[] = []
  const close = async () => {
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
    for (const socket of sockets) socket.destroy()
    await Promise.all(closed)
  }
  try {
    for (const address of addresses) {
      const server = createServer(onSocket)
      await listenForMachine(server, address, port)
      servers.push(server)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

/** A host key, in OpenSSH's formats. ssh2 1.17 writes an unreadable key whenever the public half begins with a zero byte: one in 256. */
export function makeHostKey(): { readonly private: string; readonly public: string } {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  return ssh2.utils.parseKey(pair.private) instanceof Error ? makeHostKey() : pair
}

function answer(context: AuthContext, isWelcome: boolean): void {
  if (!isWelcome) {
    context.reject(['publickey', 'password'])
    return
  }
  // ssh2 1.17 confirms a key by its type, but some clients, such as Packer 1.6, want to read the algorithm they named.
  if (context.method === 'publickey' && context.signature === undefined && context.hashAlgo !== undefined) {
    context.key.algo = `rsa-sha2-${context.hashAlgo.replace('sha', '')}`
  }
  context.accept()
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
