/** HTTP proxies, as the environment names them. */

import type { Problem } from '../errors.ts'
import { registerSecret } from './redact.ts'

/** A proxy, and what named it. */
export interface HttpProxy {
  /** With the user and the password, if it has any. */
  readonly url: string
  /** The same without them. */
  readonly shown: string
  /** Such as `HTTPS_PROXY`. */
  readonly variable: string
}

/** Through what requests go. Hosts on this computer are always reached directly. */
export interface Proxies {
  /** For `http:` addresses, and for `https:` ones if there is no other for these. */
  readonly http?: HttpProxy | undefined
  /** For `https:` addresses. */
  readonly https?: HttpProxy | undefined
  /** Hosts that are reached directly, in the form of `NO_PROXY`: `.internal,10.0.0.7:8443`, or `*`. */
  readonly except: string
}

/** The proxy for a protocol, such as `https:`. */
export function proxyFor({ http, https }: Proxies, protocol: string): HttpProxy | undefined {
  return protocol === 'https:' ? (https ?? http) : http
}

/**
 * What `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say, in small letters or capitals; small ones count first, as with curl.
 * Passwords in them are kept out of everything that is printed from then on.
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
    const url = toUrl(text)
    if (url === undefined) problems.push(noProxy(variable, text))
    return url && { url: url.href, shown: url.origin, variable }
  }
  const http = find('HTTP_PROXY')
  const https = find('HTTPS_PROXY')
  const except = (env.no_proxy || env.NO_PROXY || '').trim()
  return { proxies: http === undefined && https === undefined ? undefined : { http, https, except }, problems }
}

function toUrl(text: string): URL | undefined {
  const full = text.includes('://') ? text : `http://${text}`
  if (!URL.canParse(full)) return undefined
  const url = new URL(full)
  if (!/^https?:$/.test(url.protocol) || url.hostname === '') return undefined
  registerSecret(url.password)
  registerSecret(decodeURIComponent(url.password))
  return url
}

function noProxy(variable: string, text: string): Problem {
  return {
    code: 'usage',
    message: `"${text.replace(/\/\/.*@/, '//...@')}" is no HTTP proxy`,
    at: { kind: 'env', name: variable },
    hint: 'write it as http://HOST:PORT or https://HOST:PORT; other kinds, such as SOCKS, cannot be used',
  }
}
