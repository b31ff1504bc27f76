/** What a person has to do before something that is protected can be deleted. */

import { isApiFailure } from '../hetzner/transport/api-failure.ts'

/** Hetzner's command, by the resource's path in the API; a server's two protections can only be changed together. */
const COMMANDS: Readonly<Record<string, (id: string) => string>> = {
  servers: (id) => `hcloud server disable-protection ${id} delete rebuild`,
  images: (id) => `hcloud image disable-protection ${id} delete`,
  primary_ips: (id) => `hcloud primary-ip disable-protection ${id} delete`,
}

/** The command that must come before the one that deletes; undefined when that one is enough. @param error of the deletion */
export function commandBefore(error: unknown): string | undefined {
  if (!isApiFailure(error, 'protected')) return undefined
  const [, kind = '', id = ''] = /^\/(\w+)\/(\d+)$/.exec(error.path) ?? []
  return COMMANDS[kind]?.(id)
}
