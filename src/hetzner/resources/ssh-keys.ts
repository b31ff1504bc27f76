/** SSH keys of a project. */

import * as v from 'valibot'
import type { Labels } from '../../domain.ts'
import { listAll } from '../pages.ts'
import { isApiFailure } from '../transport/api-failure.ts'
import { mayHaveTakenEffect } from '../transport/retry.ts'
import type { Call } from '../transport/transport.ts'
import { SshKey } from '../wire.ts'
import type { RequestOptions } from './servers.ts'

const WithKey = v.object({ ssh_key: SshKey })

export type SshKeysClient = ReturnType<typeof sshKeysClient>

export function sshKeysClient(call: Call) {
  const list = (query: { labelSelector?: string; name?: string }, options: RequestOptions = {}): Promise<SshKey[]> =>
    listAll(
      call,
      { path: '/ssh_keys', query: { label_selector: query.labelSelector, name: query.name }, ...options },
      'ssh_keys',
      SshKey,
    )

  return {
    list,

    /** Uploads a public key, again when it is in doubt whether a try took effect; adopts the key of that name. */
    async create(
      key: { name: string; publicKey: string; labels: Labels },
      options: RequestOptions = {},
    ): Promise<SshKey> {
      const body = { name: key.name, public_key: key.publicKey, labels: key.labels }
      try {
        const request = { method: 'POST', path: '/ssh_keys', body, repeatable: true, mustFinish: true } as const
        return (await call({ ...request, ...options }, WithKey)).ssh_key
      } catch (error) {
        if (!mayHaveTakenEffect(error) && !isApiFailure(error, 'uniqueness_error')) throw error
        // Why it cannot be looked for, such as an abort, must not hide that it may be there.
        const [adopted] = await list({ name: key.name }, options).catch(() => [])
        if (adopted === undefined) throw error
        return adopted
      }
    },

    /** Replaces all labels. */
    setLabels: async (id: number, labels: Labels, options: RequestOptions = {}): Promise<SshKey> =>
      (await call({ method: 'PUT', path: `/ssh_keys/${id}`, body: { labels }, ...options }, WithKey)).ssh_key,

    /** Whether it was there to be deleted. */
    async delete(id: number, options: RequestOptions = {}): Promise<boolean> {
      try {
        await call({ method: 'DELETE', path: `/ssh_keys/${id}`, ...options }, v.unknown())
        return true
      } catch (error) {
        if (isApiFailure(error, 'not_found')) return false
        throw error
      }
    },
  }
}
