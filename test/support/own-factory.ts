/** A private Factory in front of an emulated one: with its own certificate authority, and a login. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { listenAnywhere } from './web.ts'

export interface SeenByFactory {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly agent: string
  /** Part of a file, as only this computer asks for. */
  readonly range: string | undefined
}

/** Whether it was the download of a build server. */
export const isDownload = ({ method, path, range }: SeenByFactory): boolean =>
  method === 'GET' && path.startsWith('/image/') && range === undefined

export interface OwnFactory extends AsyncDisposable {
  readonly url: string
  /** The file with its certificate. */
  readonly caFile: string
  readonly ca: string
  /** What was asked of it, let in or not. */
  readonly requests: readonly SeenByFactory[]
}

export interface OwnFactoryOptions {
  /** Requests without it are refused. */
  readonly authorization?: string
  /** Whether it issues this token, with which images can be had without a login, as an Enterprise Factory does. */
  readonly downloadToken?: string
  /** Further names that its certificate is for. */
  readonly names?: readonly string[]
  /** Answers itself instead of the emulated Factory. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** @param behind the Factory that does the work */
export async function openOwnFactory(behind: string, options: OwnFactoryOptions = {}): Promise<OwnFactory> {
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-certificate-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const about = [
    '-subj',
    '/CN=own factory',
    '-addext',
    `subjectAltName=${['IP:127.0.0.1', 'DNS:factory.test', ...(options.names ?? []).map((name) => `DNS:${name}`)].join(',')}`,
  ]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await promisify(execFile)('openssl', ['req', '-x509', ...kind, ...about, '-keyout', key, '-out', cert])
  const requests: SeenByFactory[] = []
  const ca = await readFile(cert, 'utf8')
  const server = createServer({ key: await readFile(key), cert: ca }, (request, response) => {
    const { method = '', url = '', headers } = request
    const { authorization, 'user-agent': agent = '', range } = headers
    requests.push({ method, path: url, authorization, agent, range })
    const hasToken =
      options.downloadToken !== undefined &&
      url.startsWith('/image/') &&
      url.endsWith(`?token=${options.downloadToken}`)
    if (options.authorization !== undefined && authorization !== options.authorization && !hasToken) {
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end('unauthorized\n')
    } else if (options.downloadToken !== undefined && method === 'POST' && url === '/download-token') {
      const answer = { access_token: options.downloadToken, token_type: 'Bearer', expires_in: 300 }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    } else if (options.intercept?.(request, response) !== true) pass(request, response, behind)
  })
  const port = await listenAnywhere(server)
  return {
    url: `https://127.0.0.1:${port}`,
    caFile: cert,
    ca,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Lets another server answer a request. */
export function pass(request: IncomingMessage, response: ServerResponse, behind: string): void {
  const { method, url = '', headers } = request
  const forwarded = httpRequest(
    behind + url,
    { method, headers: { ...headers, host: new URL(behind).host } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  forwarded.on('error', () => response.destroy())
  request.pipe(forwarded)
}
