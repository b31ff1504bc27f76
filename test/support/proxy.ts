/** An HTTP proxy that knows hosts which do not exist elsewhere. */

import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { listen } from './web.ts'

export interface TestProxy extends AsyncDisposable {
  readonly url: string
  /** `GET http://api.test/v1/servers` or `CONNECT factory.test:443`, oldest first. */
  readonly requests: readonly string[]
}

export interface ProxyOptions {
  /** What really answers for a host. */
  readonly hosts: Readonly<Record<string, string>>
  /** `user:password` that it asks for. */
  readonly login?: string
}

/** Starts it at any port of this computer. */
export async function openProxy({ hosts, login }: ProxyOptions): Promise<TestProxy> {
  const requests: string[] = []
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`
  const lets = ({ headers }: IncomingMessage): boolean =>
    wanted === undefined || headers['proxy-authorization'] === wanted
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    requests.push(`${method} ${url}`)
    const { hostname, pathname, search } = new URL(url)
    const target = hosts[hostname]
    if (!lets(request)) response.writeHead(407).end()
    else if (target === undefined) response.writeHead(502).end()
    else {
      const forwarded = httpRequest(
        new URL(pathname + search, target),
        { method, headers: { ...headers, host: new URL(target).host } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(response)
        },
      )
      forwarded.on('error', () => response.destroy())
      request.pipe(forwarded)
    }
  })
  server.on('connect', (request, socket) => {
    requests.push(`CONNECT ${request.url}`)
    const target = hosts[request.url?.replace(/:\d+$/, '') ?? '']
    if (!lets(request) || target === undefined) {
      socket.end(`HTTP/1.1 ${lets(request) ? '502 Bad Gateway' : '407 TestProxy Authentication Required'}\r\n\r\n`)
      return
    }
    const there = connect(Number(new URL(target).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      there.pipe(socket).pipe(there)
    })
    there.on('error', () => socket.destroy())
    socket.on('error', () => there.destroy())
  })
  const url = await listen(server)
  return {
    url,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
