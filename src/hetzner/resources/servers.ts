/** Servers and their actions. */

import * as v from 'valibot'
import type { Labels } from '../../domain.ts'
import { partsOf } from '../entries.ts'
import { listAll } from '../pages.ts'
import type { Call, RequestOptions } from '../transport/transport.ts'
import { Action, Image, Server, UNKNOWN_ACTION, UNKNOWN_SERVER } from '../wire.ts'
import { createOrAdopt, unlessNotFound } from './outcome.ts'

export interface NewServer {
  /** Unique in the project; the same name again means the same server. */
  readonly name: string
  readonly serverType: string
  readonly location: string
  readonly image: string
  readonly sshKeyIds: readonly number[]
  readonly labels: Labels
  /** Whether it gets a public address of each family; true by default. */
  readonly ipv4?: boolean
  readonly ipv6?: boolean
  readonly networkIds?: readonly number[]
  readonly firewallIds?: readonly number[]
}

export interface CreatedServer {
  readonly server: Server
  /** The actions of the creation, such as attaching networks; undefined for an adopted server. */
  readonly actions?: readonly Action[]
}

const WithServer = v.object({ server: Server })
const WithAction = v.object({ action: Action })
const WithPassword = v.object({ action: Action, root_password: v.nullish(v.string()) })
const Created = v.object({ server: Server, action: Action, next_actions: partsOf(Action, UNKNOWN_ACTION) })
const Imaged = v.object({ image: Image, action: Action })

export function serversClient(call: Call) {
  // Each of these may be repeated: they lead to the same state.
  const toRequest = (id: number, action: string, body: unknown, options: RequestOptions) =>
    ({ method: 'POST', path: `/servers/${id}/actions/${action}`, body, repeatable: true, ...options }) as const
  const act = async (id: number, action: string, options: RequestOptions): Promise<Action> =>
    (await call(toRequest(id, action, undefined, options), WithAction)).action

  async function findByName(name: string, options: RequestOptions): Promise<Server | undefined> {
    const request = { path: '/servers', query: { name }, ...options }
    return (await listAll(call, request, 'servers', Server, { ...UNKNOWN_SERVER, labels: {} }))[0]
  }

  return {
    list: (query: { labelSelector?: string }, options: RequestOptions = {}): Promise<Server[]> =>
      listAll(
        call,
        { path: '/servers', query: { label_selector: query.labelSelector }, ...options },
        'servers',
        Server,
        UNKNOWN_SERVER,
      ),

    get: async (id: number, options: RequestOptions = {}): Promise<Server> =>
      (await call({ method: 'GET', path: `/servers/${id}`, ...options }, WithServer)).server,

    findByName,

    /**
     * Creates a server that stays switched off. When it is unknown whether a try took effect, it is repeated under the
     * same name, and the server of that name is adopted, so that there is never a second one.
     */
    async create(
      { networkIds = [], firewallIds = [], ...wanted }: NewServer,
      options: RequestOptions = {},
    ): Promise<CreatedServer> {
      const body = {
        name: wanted.name,
        server_type: wanted.serverType,
        location: wanted.location,
        image: wanted.image,
        ssh_keys: wanted.sshKeyIds,
        labels: wanted.labels,
        public_net: { enable_ipv4: wanted.ipv4 ?? true, enable_ipv6: wanted.ipv6 ?? true },
        ...(networkIds.length === 0 ? {} : { networks: networkIds }),
        ...(firewallIds.length === 0 ? {} : { firewalls: firewallIds.map((firewall) => ({ firewall })) }),
        start_after_create: false,
      }
      const safely = { repeatable: true, mustFinish: true, hasAlternative: true }
      const request = { method: 'POST', path: '/servers', body, ...safely } as const
      return createOrAdopt(
        async () => {
          const { server, action, next_actions } = await call({ ...request, ...options }, Created)
          return { server, actions: [action, ...next_actions] }
        },
        async () => {
          const server = await findByName(wanted.name, options)
          return server && { server }
        },
      )
    },

    /** Enables rescue for the next boot. @returns also root's password in it; undefined when the answer has none */
    async enableRescue(
      id: number,
      sshKeyIds: readonly number[],
      options: RequestOptions = {},
    ): Promise<{ action: Action; rootPassword: string | undefined }> {
      const request = toRequest(id, 'enable_rescue', { type: 'linux64', ssh_keys: sshKeyIds }, options)
      const { action, root_password } = await call(request, WithPassword)
      return { action, rootPassword: root_password || undefined }
    },
    powerOn: (id: number, options: RequestOptions = {}): Promise<Action> => act(id, 'poweron', options),
    powerOff: (id: number, options: RequestOptions = {}): Promise<Action> => act(id, 'poweroff', options),

    /** Starts taking a snapshot. Not repeatable: every call that takes effect creates another one. */
    createSnapshot: (
      id: number,
      snapshot: { description: string; labels: Labels },
      options: RequestOptions = {},
    ): Promise<{ image: Image; action: Action }> =>
      call(
        {
          method: 'POST',
          path: `/servers/${id}/actions/create_image`,
          body: { type: 'snapshot', ...snapshot },
          mustFinish: true,
          ...options,
        },
        Imaged,
      ),

    /** The actions of a server, newest first. */
    actions: (id: number, options: RequestOptions = {}): Promise<Action[]> =>
      listAll(
        call,
        { path: `/servers/${id}/actions`, query: { sort: 'id:desc' }, ...options },
        'actions',
        Action,
        UNKNOWN_ACTION,
      ),

    setLabels: async (id: number, labels: Labels, options: RequestOptions = {}): Promise<Server> =>
      (await call({ method: 'PUT', path: `/servers/${id}`, body: { labels }, ...options }, WithServer)).server,

    /** Starts the deletion. @returns undefined when the server does not exist */
    delete: async (id: number, options: RequestOptions = {}): Promise<Action | undefined> =>
      (await unlessNotFound(call({ method: 'DELETE', path: `/servers/${id}`, ...options }, WithAction)))?.action,
  }
}
