/** Proxies from environment variables. */

import type { Problem } from '../errors.ts'
import { findWrongRanges, isExcepted } from './no-proxy.ts'
import { registerSecret, withoutCredentials } from './redact.ts'

/** A proxy, and the variable that set it. */
export interface ProxyServer {
  /** Such as `http://proxy:3128` or `socks5://proxy:1080`, without a user and a password. */
  readonly url: string
  /** Sent as HTTP Basic, or as SOCKS 5 does. */
  readonly login?: { readonly user: string; readonly password: string } | undefined
  /** Such as `HTTPS_PROXY`. */
  readonly variable: string
}

/** The proxies for requests. Hosts on this computer are always reached directly. */
export interface Proxies {
  /** For `http:` addresses. */
  readonly http?: ProxyServer | undefined
  /** For `https:` addresses. */
  readonly https?: ProxyServer | undefined
  /** Hosts that are reached directly, in the form of `NO_PROXY`: `.internal,10.0.0.0/8,10.1.0.7:8443`, or `*`. */
  readonly except: string
}

/**
 * The proxy for an address; undefined when it is reached directly.
 * @internal
 */
export function proxyFor({ http, https, except }: Proxies, url: URL): ProxyServer | undefined {
  if (isLoopbackHost(url.hostname) || isExcepted(except, url)) return undefined
  return url.protocol === 'https:' ? https : http
}

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` for what neither of them is for, and `NO_PROXY`; the names in lower case take
 * precedence. Passwords in them are redacted from all output from then on.
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
  const nameOf = (name: string): string => [name.toLowerCase(), name].find((one) => (env[one] ?? '') !== '') ?? name
  const find = (name: string): ProxyServer | undefined => {
    const variable = nameOf(name)
    const text = env[variable] ?? ''
    if (text === '') return undefined
    const proxy = toProxy(text, variable)
    if (proxy === undefined) problems.push(noProxy(variable, text))
    return proxy
  }
  const all = find('ALL_PROXY')
  const http = find('HTTP_PROXY') ?? all
  const https = find('HTTPS_PROXY') ?? all
  if (http === undefined && https === undefined) return { proxies: undefined, problems }
  const exceptName = nameOf('NO_PROXY')
  const except = (env[exceptName] ?? '').trim()
  problems.push(...findWrongRanges(except).map((range) => noRange(exceptName, range)))
  return { proxies: { http, https, except }, problems }
}

/** The schemes of proxies, and the ports that they are at when none is given. `socks5h` is what curl calls `socks5` as it is here. */
const SCHEMES = new Map([
  ['http:', 80],
  ['https:', 443],
  ['socks5:', 1080],
  ['socks5h:', 1080],
])

/** Reads the URL of a proxy; undefined when it is none. @internal */
export function toProxy(text: string, variable: string): ProxyServer | undefined {
  const full = text.includes('://') ? text : `http://${text}`
  if (!URL.canParse(full)) return undefined
  const { protocol, hostname, port, username, password } = new URL(full)
  const [user, secret] = [decode(username), decode(password)]
  const standard = SCHEMES.get(protocol)
  if (standard === undefined || hostname === '' || user === undefined || secret === undefined) return undefined
  const url = `${protocol}//${hostname}${port === '' && protocol.startsWith('http') ? '' : `:${port || standard}`}`
  if (username === '' && password === '') return { url, variable }
  for (const one of [password, secret, toBasic(user, secret)]) registerSecret(one)
  return { url, login: { user, password: secret }, variable }
}

/** The value of `Proxy-Authorization` after `Basic`. */
export const toBasic = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64')

/** undefined for an invalid percent encoding. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** What to write instead of what is no proxy. */
export const PROXY_FORM =
  'write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT, a % in a password as %25'

function noProxy(variable: string, text: string): Problem {
  return {
    code: 'usage',
    message: `"${withoutCredentials(text)}" is not a proxy that can be used`,
    at: { kind: 'env', name: variable },
    hint: PROXY_FORM,
  }
}

function noRange(variable: string, range: string): Problem {
  return {
    code: 'usage',
    message: `"${range}" is not a range of addresses`,
    at: { kind: 'env', name: variable },
    hint: 'write it as 10.0.0.0/8 or fd00::/8',
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
