/** Taking the address and port of a machine's SSH server. */

import type { Server } from 'node:net'
import { SandboxError } from '../errors.ts'

/** @throws SandboxError `sandbox` when the address cannot be listened on */
export function listenForMachine(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'EACCES'
          ? 'Ordinary users cannot listen at ports below 1024: give the machines a higher SSH port.'
          : 'End what listens there, or give the machines another SSH port.'
      const message = `A machine cannot listen for SSH at ${address} port ${port}: ${cause.message}.`
      reject(new SandboxError({ code: 'sandbox', message, hint }, { cause }))
    })
    server.listen({ host: address, port }, resolve)
  })
}
