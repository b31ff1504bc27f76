/** A Factory of one's own: who asks, and which certificate authority vouches for it. */

import { createFetch, type Fetch } from '../util/fetch.ts'
import type { Proxies } from '../util/proxies.ts'
import { isLoopbackHost } from '../util/proxies.ts'
import { FACTORY_URL } from './asset.ts'

/**
 * How requests to a Factory that asks for a login introduce themselves: HTTP Basic, or a bearer token. Source: Image
 * Factory, docs/authentication.md.
 */
export type FactoryLogin = { readonly user: string; readonly password: string } | { readonly token: string }

/** What it takes to reach a Factory. */
export interface FactoryAccess {
  /** Certificate authorities to trust beside the usual ones, in PEM. */
  readonly ca?: string | undefined
  /** Goes to the Factory alone, over https (or to this computer). */
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
 * Finds out whether a login can be sent to that Factory, and may be.
 * @internal
 */
export function findLoginFault(login: FactoryLogin, factoryUrl: string): LoginFault | undefined {
  return findPartFault(login) ?? findAddressFault(factoryUrl)
}

const COPY = 'copy it once more, and nothing around it'

function findPartFault(login: FactoryLogin): LoginFault | undefined {
  if ('token' in login) {
    if (/^[\x21-\x7e]+$/.test(login.token)) return undefined
    return { part: 'token', message: 'it holds a character that no token has, such as a line break', hint: COPY }
  }
  if (login.user.includes(':')) {
    return { part: 'user', message: 'a user name with a colon cannot log in', hint: 'HTTP Basic ends the name there' }
  }
  const part = (['user', 'password'] as const).find((one) => /\p{Cc}/u.test(login[one]))
  return part && { part, message: 'it holds a control character, such as a line break', hint: COPY }
}

function findAddressFault(factoryUrl: string): LoginFault | undefined {
  // An address that is none, or that holds a password, is told as that.
  if (!URL.canParse(factoryUrl)) return undefined
  const { protocol, hostname, origin, password } = new URL(factoryUrl)
  if (password !== '') return undefined
  if (origin === FACTORY_URL) {
    const message = 'the login would go to the public Image Factory, which asks for none'
    return { part: 'address', message, hint: 'name your own Factory (TALOS_IMAGE_FACTORY_URL), or leave the login out' }
  }
  if (protocol === 'https:' || isLoopbackHost(hostname)) return undefined
  const message = `the login would go to ${origin} for everybody on the way to read`
  return { part: 'address', message, hint: 'let the Factory speak https' }
}

/** @internal */
export function authorizationOf(login: FactoryLogin): string {
  if ('token' in login) return `Bearer ${login.token}`
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
}

/**
 * The login as curl reads it from a configuration. Source: curl's manual page, --config.
 * @internal
 */
export function curlConfig(login: FactoryLogin): string {
  const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
  return 'token' in login
    ? `header = ${quoted(`Authorization: ${authorizationOf(login)}`)}\n`
    : `user = ${quoted(`${login.user}:${login.password}`)}\n`
}

/** Whether an address is that Factory's. */
const isAt = (factoryUrl: string, url: string | URL): boolean => new URL(url).origin === new URL(factoryUrl).origin

/**
 * What a server needs to download from `url`; nothing when that is not the Factory's.
 * @internal
 */
export function accessFor(factoryUrl: string, access: FactoryAccess, url: string): FactoryAccess {
  return isAt(factoryUrl, url) ? access : {}
}

/** What requests from here to the Factory need. */
export interface FactoryFetchOptions extends FactoryAccess {
  readonly proxies?: Proxies | undefined
  /** What this computer trusts besides, for whatever reason; in PEM. */
  readonly extraCa?: string | undefined
}

/**
 * A fetch that introduces itself to the Factory at `factoryUrl`, and to nobody else: fetch itself leaves the login out where
 * the Factory sends it to another host.
 * @internal
 */
export function createFactoryFetch(factoryUrl: string, { ca, login, proxies, extraCa }: FactoryFetchOptions): Fetch {
  const others = createFetch({ proxies })
  const all = [ca, extraCa].filter((one) => one !== undefined)
  const toFactory = ca === undefined ? others : createFetch({ proxies, ca: all })
  const headers = login === undefined ? {} : { authorization: authorizationOf(login) }
  return (url, request) =>
    isAt(factoryUrl, url)
      ? toFactory(url, { ...request, headers: { ...request.headers, ...headers } })
      : others(url, request)
}
