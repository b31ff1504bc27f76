/** Taking the address and port of a machine's SSH server. */

import { createServer, type Server } from 'node:net'
import { SandboxError } from '../errors.ts'

/** @throws SandboxError `sandbox` when the port is taken or not allowed */
export function listenForMachine(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'EACCES'
          ? 'ordinary users cannot listen at ports below 1024: give the machines a higher SSH port'
          : 'end what listens there, or give the machines another SSH port'
      const message = `a machine cannot listen for SSH at ${address} port ${port}: ${cause.message}`
      reject(new SandboxError({ code: 'sandbox', message, hint }, { cause }))
    })
    server.listen({ host: address, port }, resolve)
  })
}

/**
 * Whether a machine could listen there: it does so only once it answers, when it is too late for an error.
 * @param port 0 for any
 * @returns the port
 * @throws SandboxError `sandbox` when the port is taken or not allowed
 */
export async function requireFree(address: string, port: number): Promise<number> {
  const server = createServer()
  await listenForMachine(server, address, port)
  const bound = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return typeof bound === 'object' && bound !== null ? bound.port : port
}
