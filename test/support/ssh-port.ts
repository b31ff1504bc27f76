/** Whether machines may answer at a port that only some users can listen at. */

import { once } from 'node:events'
import { createServer } from 'node:net'

/** Why they may not; undefined when they may. */
export async function whyNoPort(port: number): Promise<string | undefined> {
  const server = createServer().listen(port, '127.64.0.1')
  try {
    await once(server, 'listening')
    return undefined
  } catch (error) {
    return `machines cannot listen at port ${port}: ${error instanceof Error ? error.message : error}`
  } finally {
    server.close()
  }
}
