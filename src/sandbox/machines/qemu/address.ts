/** Whether a machine's SSH can be reached where it should be. */

import { createServer } from 'node:net'
import { TalosImageError } from '../../../errors.ts'

/**
 * QEMU listens there only once the machine answers, when it is too late to say that it cannot.
 * @throws TalosImageError `sandbox` when nobody can listen at this address now
 */
export async function requireFree(address: string, port: number): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint =
        cause.code === 'EACCES'
          ? 'Ordinary users cannot listen at ports below 1024: give the machines a higher SSH port.'
          : 'End what listens there, or give the machines another SSH port.'
      const message = `A machine cannot listen for SSH at ${address} port ${port}: ${cause.message}.`
      reject(new TalosImageError({ code: 'sandbox', message, hint }, { cause }))
    })
    server.listen({ host: address, port }, () => server.close(() => resolve()))
  })
}
