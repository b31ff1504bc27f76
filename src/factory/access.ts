/** A Factory of one's own: who asks, and which certificate authority vouches for it. */

import { createFetch, type Fetch } from '../util/fetch.ts'
import type { Proxies } from '../util/proxies.ts'

/**
 * How requests to a Factory that asks for a login introduce themselves: HTTP Basic, or a bearer token. Source: Image
 * Factory, docs/authentication.md.
 */
export type FactoryLogin = { readonly user: string; readonly password: string } | { readonly token: string }

/** What it takes to reach a Factory. */
export interface FactoryAccess {
  /** Certificate authorities to trust beside the usual ones, in PEM. */
  readonly ca?: string | undefined
  readonly login?: FactoryLogin | undefined
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

/** @returns what a server needs to download from `url`; nothing when that is not the Factory's */
export function accessFor(factoryUrl: string, access: FactoryAccess, url: string): FactoryAccess {
  return isAt(factoryUrl, url) ? access : {}
}

/**
 * A fetch that introduces itself to the Factory at `factoryUrl`, and to nobody else: fetch itself leaves the login out where
 * the Factory sends it to another host.
 */
export function createFactoryFetch(factoryUrl: string, { ca, login }: FactoryAccess, proxies?: Proxies): Fetch {
  const others = createFetch({ proxies })
  const toFactory = ca === undefined ? others : createFetch({ proxies, ca })
  const headers = login === undefined ? undefined : { authorization: authorizationOf(login) }
  return (url, request) => {
    if (!isAt(factoryUrl, url)) return others(url, request)
    return toFactory(url, { ...request, ...(headers && { headers: { ...request.headers, ...headers } }) })
  }
}
