/** Whether a machine's SSH can be reached where it should be. */

import { createServer } from 'node:net'
import { listenForMachine } from '../listen.ts'

/**
 * QEMU listens there only once the machine answers, when it is too late to say that it cannot.
 * @param port 0 for any
 * @returns the port
 * @throws SandboxError `sandbox` when this address cannot be listened on
 */
export async function requireFree(address: string, port: number): Promise<number> {
  const server = createServer()
  await listenForMachine(server, address, port)
  const bound = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return typeof bound === 'object' && bound !== null ? bound.port : port
}
