/** How the cloud and the Image Factory are reached, as flags and the environment say, and all that is wrong with it. */

import { type Problem, throwProblems } from '../errors.ts'
import { FACTORY_URL } from '../factory/asset.ts'
import { HETZNER_ENDPOINT, isPlainHttp, toPlainHttp } from '../hetzner/client.ts'
import { isPort } from '../util/limits.ts'
import { findProxies } from '../util/proxies.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { PlanFlags } from './build-flags.ts'
import type { Given } from './define-command.ts'
import { readFactoryAccess } from './factory-access.ts'
import type { Io } from './io.ts'
import { findSwitchProblems, readSwitch } from './switches.ts'

export type ConnectionOptions = Given<PlanFlags, 'sandbox' | 'factoryUrl' | 'sshPort' | 'allowHttp'>

/** Which Factory that of TALOS_IMAGE_FACTORY_URL stands for; a sandbox prints it. */
const EMULATES = 'TALOS_IMAGE_FACTORY_EMULATES'
/** The port of SSH on real servers. */
const SSH_PORT = 22
/** The port of Talos's API on real servers. */
const TALOS_PORT = 50_000

/** What is wrong with how a cloud is reached, apart from the token. */
export function findConnectionProblems(io: Io, options: ConnectionOptions): Problem[] {
  if (options.sandbox === true) return []
  const problems = [...findAddressProblems(io, options), ...findProxies(io.env).problems]
  const ports = [portOf(io, options), talosPortOf(io)]
  return [...problems, ...ports.filter((port) => typeof port !== 'number')]
}

/** Invalid addresses, and whether they may be plain http. */
export function findAddressProblems(io: Io, options: Pick<ConnectionOptions, 'factoryUrl' | 'allowHttp'>): Problem[] {
  const problems = findSwitchProblems(io.env, ['TALOS_IMAGE_ALLOW_HTTP'])
  for (const [name, value, standard] of [
    ['HCLOUD_ENDPOINT', io.env.HCLOUD_ENDPOINT, HETZNER_ENDPOINT],
    ['TALOS_IMAGE_FACTORY_URL', io.env.TALOS_IMAGE_FACTORY_URL, FACTORY_URL],
    [EMULATES, io.env[EMULATES], FACTORY_URL],
    ['--factory-url', options.factoryUrl, FACTORY_URL],
  ] as const) {
    if (value === undefined || value === '') continue
    const at = name.startsWith('--') ? ({ kind: 'flag', name } as const) : ({ kind: 'env', name } as const)
    if (name === 'HCLOUD_ENDPOINT' && isPlainHttp(value) && !isHttpAllowed(io, options)) {
      const hint = 'use https, or allow it in a network that you trust: --allow-http, or TALOS_IMAGE_ALLOW_HTTP=1'
      problems.push({ code: 'usage', message: toPlainHttp(value), at, hint })
    }
    if (!isHttpUrl(value)) {
      problems.push({
        code: 'usage',
        message: `"${withoutCredentials(value)}" is not an http or https URL without credentials and a query`,
        at,
        hint:
          standard === FACTORY_URL && value.includes('@')
            ? 'write it as https://HOST; TALOS_IMAGE_FACTORY_USER and TALOS_IMAGE_FACTORY_PASSWORD are for the login'
            : `write it as https://HOST, or leave it out for ${standard}`,
      })
    }
  }
  return problems
}

/** The port of the build servers' SSH: the flag's, else the environment's, else that of real servers. */
export function portOf({ env }: Io, { sshPort }: ConnectionOptions): number | Problem {
  return sshPort ?? readPort(env, 'TALOS_IMAGE_SSH_PORT', SSH_PORT)
}

/** The port at which Talos answers on servers: the environment's, as a sandbox prints it, else that of real servers. */
export const talosPortOf = ({ env }: Io): number | Problem => readPort(env, 'TALOS_IMAGE_TALOS_PORT', TALOS_PORT)

function readPort(env: Io['env'], name: string, usual: number): number | Problem {
  const text = env[name] ?? ''
  if (text === '') return usual
  const port = Number(text)
  if (/^\d+$/.test(text) && isPort(port)) return port
  const hint = `give a number from 1 to 65535, or leave it out for ${usual}`
  return { code: 'usage', message: `"${text}" is not a port`, at: { kind: 'env', name }, hint }
}

/** What is wrong with how the Factory is reached, besides its address. */
export function findFactoryProblems(
  io: Io,
  options: Pick<ConnectionOptions, 'sandbox' | 'factoryUrl'>,
): readonly Problem[] {
  if (options.sandbox === true) return []
  return [...findProxies(io.env).problems, ...readFactoryAccess(io, factoryUrlOf(io, options)).problems]
}

/**
 * How the Factory is reached.
 * @throws ProblemsError `usage` when what the environment says of it cannot be
 */
export function openFactoryAccess(io: Io, options: Pick<ConnectionOptions, 'sandbox' | 'factoryUrl'>) {
  throwProblems(findFactoryProblems(io, options))
  const url = factoryUrlOf(io, options)
  return {
    url,
    publicUrl: publicFactoryUrlOf(io, options),
    ...readFactoryAccess(io, url).access,
    proxies: findProxies(io.env).proxies,
  }
}

/** The Image Factory that the flag, else the environment, names. */
export function factoryUrlOf(io: Io, options: Pick<ConnectionOptions, 'factoryUrl'>): string {
  return (options.factoryUrl ?? (io.env.TALOS_IMAGE_FACTORY_URL || FACTORY_URL)).replace(/\/+$/, '')
}

/** What the Factory is called in installer references and identities: a sandbox's is called as the one that it emulates. */
export function publicFactoryUrlOf(io: Io, options: Pick<ConnectionOptions, 'factoryUrl'>): string {
  const url = factoryUrlOf(io, options)
  const emulated = (io.env[EMULATES] ?? '').replace(/\/+$/, '')
  return emulated !== '' && url === factoryUrlOf(io, {}) ? emulated : url
}

/** Whether the token may be sent over plain http to another computer. */
export const isHttpAllowed = ({ env }: Io, { allowHttp }: Pick<ConnectionOptions, 'allowHttp'>): boolean =>
  allowHttp === true || readSwitch(env, 'TALOS_IMAGE_ALLOW_HTTP') === true

/** Without a user name, a password or a query, which would end up in messages. */
function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '')
}
