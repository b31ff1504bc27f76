/** Web servers of tests: on loopback, at any port that is free. */

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Server as NetServer } from 'node:net'

/** Starts a server, and gives its URL without a slash at the end. */
export async function listen(server: Server): Promise<string> {
  return `http://127.0.0.1:${await listenAnywhere(server)}`
}

/** Starts a server of any kind, and gives its port. */
export async function listenAnywhere(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** A URL of this computer without a server. */
export async function unusedUrlAt(server: Server): Promise<string> {
  const url = await listen(server)
  server.close()
  await once(server, 'close')
  return url
}
