/** HTTP proxies from environment variables. */

import type { Problem } from '../errors.ts'
import { registerSecret, withoutCredentials } from './redact.ts'

/** A proxy, and the variable that set it. */
export interface HttpProxy {
  /** Without a user and a password. */
  readonly url: string
  /** The value of the header `Proxy-Authorization`: user and password, as HTTP Basic. */
  readonly authorization?: string | undefined
  /** Such as `HTTPS_PROXY`. */
  readonly variable: string
}

/** The proxies for requests. Hosts on this computer are always reached directly. */
export interface Proxies {
  /** For `http:` addresses. */
  readonly http?: HttpProxy | undefined
  /** For `https:` addresses. */
  readonly https?: HttpProxy | undefined
  /** Hosts that are reached directly, in the form of `NO_PROXY`: `.internal,10.0.0.7:8443`, or `*`. */
  readonly except: string
}

/**
 * The proxy for an address; undefined when it is reached directly.
 * @internal
 */
export function proxyFor({ http, https, except }: Proxies, url: URL): HttpProxy | undefined {
  if (isLoopbackHost(url.hostname) || isExcepted(except, url)) return undefined
  return url.protocol === 'https:' ? https : http
}

/** `NO_PROXY` as most programs read it: domains with their subdomains, or addresses; with or without a port. */
function isExcepted(except: string, { hostname, port, protocol }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return except
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [, bracketed, plain, wanted] = /^(?:\[([^\]]*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? []
      const name = (bracketed ?? plain ?? '').replace(/^\*?\./, '').toLowerCase()
      if (name === '' || (wanted !== undefined && wanted !== actualPort)) return false
      return host === name || host.endsWith(`.${name}`)
    })
}

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; the names in lower case take precedence. Passwords in them are
 * redacted from all output from then on.
 * @param env usually `process.env`
 * @example
 * ```ts
 * const { proxies, problems } = findProxies(process.env)
 * if (problems.length > 0) throw new ProblemsError(problems)
 * ```
 */
export function findProxies(env: Readonly<Record<string, string | undefined>>): {
  readonly proxies: Proxies | undefined
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const find = (name: string): HttpProxy | undefined => {
    const variable = [name.toLowerCase(), name].find((one) => (env[one] ?? '') !== '')
    const text = variable && env[variable]
    if (variable === undefined || text === undefined) return undefined
    const proxy = toProxy(text, variable)
    if (proxy === undefined) problems.push(noProxy(variable, text))
    return proxy
  }
  const http = find('HTTP_PROXY')
  const https = find('HTTPS_PROXY')
  const except = (env.no_proxy || env.NO_PROXY || '').trim()
  return { proxies: http === undefined && https === undefined ? undefined : { http, https, except }, problems }
}

function toProxy(text: string, variable: string): HttpProxy | undefined {
  const full = text.includes('://') ? text : `http://${text}`
  if (!URL.canParse(full)) return undefined
  const { protocol, hostname, origin, username, password } = new URL(full)
  const [user, secret] = [decode(username), decode(password)]
  if (!/^https?:$/.test(protocol) || hostname === '' || user === undefined || secret === undefined) return undefined
  if (username === '' && password === '') return { url: origin, variable }
  const basic = Buffer.from(`${user}:${secret}`).toString('base64')
  for (const one of [password, secret, basic]) registerSecret(one)
  return { url: origin, authorization: `Basic ${basic}`, variable }
}

/** undefined for an invalid percent encoding. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function noProxy(variable: string, text: string): Problem {
  return {
    code: 'usage',
    message: `"${withoutCredentials(text)}" is not an HTTP proxy`,
    at: { kind: 'env', name: variable },
    hint: 'write it as http://HOST:PORT or https://HOST:PORT, a % in a password as %25; other kinds, such as SOCKS, cannot be used',
  }
}

/**
 * Whether a host is this computer.
 * @param hostname as a URL has it: an IPv6 address stands in brackets
 * @internal
 */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
