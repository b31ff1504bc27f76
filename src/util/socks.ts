/** Connections through a SOCKS 5 proxy, which looks up the names of hosts itself. */

import type { buildConnector } from 'undici'
import type { ProxyServer } from './proxies.ts'

const PATIENCE_MS = 30_000

/** @param secure what makes a TLS connection of one that is there */
export function connectThroughSocks(
  { url, login }: ProxyServer,
  secure: buildConnector.connector,
): buildConnector.connector {
  const { hostname, port } = new URL(url)
  return (options, callback) => {
    const isSecure = options.protocol === 'https:'
    const connect = async () => {
      const { SocksClient } = await import('socks')
      return SocksClient.createConnection({
        proxy: {
          host: hostname.replace(/^\[(.*)\]$/, '$1'),
          port: Number(port),
          type: 5,
          ...(login === undefined ? {} : { userId: login.user, password: login.password }),
        },
        command: 'connect',
        destination: {
          host: options.hostname.replace(/^\[(.*)\]$/, '$1'),
          port: Number(options.port || (isSecure ? 443 : 80)),
        },
        timeout: PATIENCE_MS,
      })
    }
    connect().then(
      ({ socket }) =>
        isSecure ? secure({ ...options, httpSocket: socket }, callback) : callback(null, socket.setNoDelay()),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    )
  }
}
