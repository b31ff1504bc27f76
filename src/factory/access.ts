/** Access to a private Image Factory: the login and the certificate authority. */

import { createFetch, type Fetch } from '../util/fetch.ts'
import type { Proxies, ProxyServer } from '../util/proxies.ts'
import { isLoopbackHost } from '../util/proxies.ts'
import { USER_AGENT } from '../util/user-agent.ts'
import { FACTORY_URL } from './asset.ts'

/**
 * The login of a Factory that requires one: HTTP Basic, or a bearer token. Source: Image Factory, docs/authentication.md.
 */
export type FactoryLogin = { readonly user: string; readonly password: string } | { readonly token: string }

/** What is needed to access a Factory. */
export interface FactoryAccess {
  /** Further certificate authorities to trust, in PEM. */
  readonly ca?: string | undefined
  /** Sent to the Factory only, over https (or to this computer). */
  readonly login?: FactoryLogin | undefined
}

/**
 * What is wrong with a login, and with which part of it.
 * @internal
 */
export interface LoginFault {
  readonly part: 'user' | 'password' | 'token' | 'address'
  readonly message: string
  readonly hint: string
}

/**
 * Finds out whether a login can be sent to that Factory safely.
 * @internal
 */
export function findLoginFault(login: FactoryLogin, factoryUrl: string): LoginFault | undefined {
  return findPartFault(login) ?? findAddressFault(factoryUrl)
}

const COPY = 'copy it again, without anything around it'

function findPartFault(login: FactoryLogin): LoginFault | undefined {
  if ('token' in login) {
    if (/^[\x21-\x7e]+$/.test(login.token)) return undefined
    return { part: 'token', message: 'it holds a character that tokens do not have, such as a line break', hint: COPY }
  }
  if (login.user.includes(':')) {
    return { part: 'user', message: 'a user name with a colon cannot log in', hint: 'HTTP Basic ends the name there' }
  }
  const part = (['user', 'password'] as const).find((one) => /\p{Cc}/u.test(login[one]))
  return part && { part, message: 'it holds a control character, such as a line break', hint: COPY }
}

function findAddressFault(factoryUrl: string): LoginFault | undefined {
  // Invalid addresses and addresses with a password are reported elsewhere.
  if (!URL.canParse(factoryUrl)) return undefined
  const { protocol, hostname, origin, password } = new URL(factoryUrl)
  if (password !== '') return undefined
  if (origin === FACTORY_URL) {
    const message = 'the login would be sent to the public Image Factory, which needs none'
    return { part: 'address', message, hint: 'name your own Factory (TALOS_IMAGE_FACTORY_URL), or leave the login out' }
  }
  if (protocol === 'https:' || isLoopbackHost(hostname)) return undefined
  const message = `the login would be sent to ${origin} without encryption`
  return { part: 'address', message, hint: 'use https for the Factory' }
}

/** @internal */
export function authorizationOf(login: FactoryLogin): string {
  if ('token' in login) return `Bearer ${login.token}`
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
}

/**
 * What a server may download with: a login, or a token that is good for some minutes and for downloads alone.
 * @internal
 */
export type DownloadLogin = FactoryLogin | { readonly downloadToken: string }

/**
 * The login as a configuration for curl. Source: curl's manual page, --config, and --url-query (from 7.87 on).
 * @internal
 */
export function curlConfig(login: DownloadLogin): string {
  if ('downloadToken' in login) return `url-query = ${quoted(`token=${login.downloadToken}`)}\n`
  return 'token' in login
    ? `header = ${quoted(`Authorization: ${authorizationOf(login)}`)}\n`
    : `user = ${quoted(`${login.user}:${login.password}`)}\n`
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/**
 * A proxy as a configuration for curl; one with SOCKS looks up the names of hosts itself. Source: curl's manual page, --proxy.
 * @internal
 */
export function curlProxyConfig({ url, login }: ProxyServer): string {
  const user = login === undefined ? '' : `proxy-user = ${quoted(`${login.user}:${login.password}`)}\n`
  return `proxy = ${quoted(url.replace(/^socks5:/, 'socks5h:'))}\n${user}`
}

/** Whether a URL is one of that Factory. */
const isAt = (factoryUrl: string, url: string | URL): boolean => new URL(url).origin === new URL(factoryUrl).origin

/**
 * The access that a server needs to download from `url`; empty when that is not the Factory's.
 * @internal
 */
export function accessFor(factoryUrl: string, access: FactoryAccess, url: string): FactoryAccess {
  return isAt(factoryUrl, url) ? access : {}
}

/** Options of requests from this computer to the Factory. */
export interface FactoryFetchOptions extends FactoryAccess {
  readonly proxies?: Proxies | undefined
  /** Certificate authorities that this computer trusts in addition, in PEM. */
  readonly extraCa?: string | undefined
  readonly userAgent?: string | undefined
}

/**
 * A fetch that sends the login to the Factory at `factoryUrl` only. fetch itself omits it when the Factory redirects to
 * another host.
 * @internal
 */
export function createFactoryFetch(factoryUrl: string, options: FactoryFetchOptions): Fetch {
  const { ca, login, proxies, extraCa, userAgent = USER_AGENT } = options
  const others = createFetch({ proxies })
  const all = [ca, extraCa].filter((one) => one !== undefined)
  const toFactory = ca === undefined ? others : createFetch({ proxies, ca: all })
  const named = { 'user-agent': userAgent }
  const loggedIn = login === undefined ? named : { ...named, authorization: authorizationOf(login) }
  const send: Fetch = (url, request) =>
    isAt(factoryUrl, url)
      ? toFactory(url, { ...request, headers: { ...request.headers, ...loggedIn } })
      : others(url, { ...request, headers: { ...request.headers, ...named } })
  return others.proxyFor === undefined ? send : Object.assign(send, { proxyFor: others.proxyFor })
}
