/** SSH keys of a project. */

import * as v from 'valibot'
import type { Labels } from '../../domain.ts'
import { listAll } from '../pages.ts'
import type { Call, RequestOptions } from '../transport/transport.ts'
import { SshKey, UNKNOWN_SSH_KEY } from '../wire.ts'
import { createOrAdopt, wasFound } from './outcome.ts'

const WithKey = v.object({ ssh_key: SshKey })

export function sshKeysClient(call: Call) {
  const list = (query: { labelSelector?: string; name?: string }, options: RequestOptions = {}): Promise<SshKey[]> =>
    listAll(
      call,
      { path: '/ssh_keys', query: { label_selector: query.labelSelector, name: query.name }, ...options },
      'ssh_keys',
      SshKey,
      query.name === undefined ? UNKNOWN_SSH_KEY : { ...UNKNOWN_SSH_KEY, labels: {} },
    )

  return {
    list,

    /** Uploads a public key; adopts the key of that name when it is unknown whether a try took effect. */
    async create(
      key: { name: string; publicKey: string; labels: Labels },
      options: RequestOptions = {},
    ): Promise<SshKey> {
      const body = { name: key.name, public_key: key.publicKey, labels: key.labels }
      const request = { method: 'POST', path: '/ssh_keys', body, repeatable: true, mustFinish: true } as const
      return createOrAdopt(
        async () => (await call({ ...request, ...options }, WithKey)).ssh_key,
        async () => (await list({ name: key.name }, options))[0],
      )
    },

    setLabels: async (id: number, labels: Labels, options: RequestOptions = {}): Promise<SshKey> =>
      (await call({ method: 'PUT', path: `/ssh_keys/${id}`, body: { labels }, ...options }, WithKey)).ssh_key,

    /** @returns whether it existed */
    delete: (id: number, options: RequestOptions = {}): Promise<boolean> =>
      wasFound(call({ method: 'DELETE', path: `/ssh_keys/${id}`, ...options }, v.unknown())),
  }
}
