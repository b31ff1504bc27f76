/** A server as it is kept, and what all operations on servers share. */

import { randomInt } from 'node:crypto'
import * as v from 'valibot'
import type { ActionSpec } from '../../action-engine.ts'
import type { CloudContext } from '../../context.ts'
import { ApiFault } from '../../errors.ts'
import { requireUnlocked } from '../../row-actions.ts'
import { defineTable, Id, NAMED, type ResourceRef } from '../../table.ts'

const Server = v.object({
  ...NAMED,
  status: v.picklist(['initializing', 'starting', 'running', 'stopping', 'off', 'deleting']),
  serverType: v.string(),
  location: v.string(),
  /** ID of the image it was made from, which may be gone by now. */
  image: Id,
  osFlavor: v.string(),
  osVersion: v.nullable(v.string()),
  address: v.string(),
  enableIpv4: v.boolean(),
  enableIpv6: v.boolean(),
  /** The private networks that it is attached to. */
  networks: v.optional(
    v.array(v.object({ network: Id, ip: v.string(), aliasIps: v.optional(v.array(v.string()), []) })),
    [],
  ),
  /** GB; that of its type unless told. */
  diskGb: v.optional(v.number()),
  backups: v.optional(v.boolean(), false),
  placementGroup: v.optional(v.nullable(Id), null),
  protection: v.object({ delete: v.boolean(), rebuild: v.boolean() }),
  /** Keys and password of the installed system. */
  authorizedKeys: v.array(v.string()),
  rootPassword: v.string(),
  /** The rescue system that the next boot goes into. */
  rescue: v.nullable(
    v.object({
      enabled: v.number(),
      authorizedKeys: v.array(v.string()),
      rootPassword: v.string(),
      /** Whether a boot has gone past it: it is still shown as enabled, and no boot enters it any more. */
      isUsedUp: v.optional(v.boolean(), false),
    }),
  ),
})
export type Server = v.InferOutput<typeof Server>

export const FIRST_SERVER_ID = 40_000_000

export const servers = defineTable('server', {
  firstId: FIRST_SERVER_ID,
  schema: Server,
  disks: 'disks',
  settle(rows) {
    for (const server of rows) if (server.status !== 'deleting') server.status = 'off'
    return rows.filter(({ status }) => status === 'off')
  },
})

const HOST_NAME =
  /^(?!.{254})[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

/** A host name as RFC 1123 has it. */
export const ServerName = v.pipe(
  v.string('Not a valid string.'),
  v.regex(HOST_NAME, 'must be a valid hostname as per RFC 1123'),
)

export interface ServerActionSpec extends Pick<ActionSpec, 'command' | 'work' | 'onFailure'> {
  /** The server's status while the action runs; unchanged when left out. */
  readonly meanwhile?: Server['status'] | undefined
  /** What the action is about besides the server. */
  readonly alsoAbout?: readonly ResourceRef[] | undefined
}

/**
 * Starts an action on a server and gives it in wire form. When it fails, the server is what its machine is: on or off.
 * @throws ApiFault 423 when another action runs on the server
 */
export function startServerAction(cloud: CloudContext, server: Server, spec: ServerActionSpec) {
  requireUnlocked(cloud, servers.ref(server))
  const { shown } = cloud.engine.start({
    project: server.project,
    command: spec.command,
    resources: [servers.ref(server), ...(spec.alsoAbout ?? [])],
    work: spec.work,
    async onFailure() {
      if (spec.meanwhile !== undefined) server.status = cloud.machines.isOn(server.id) ? 'running' : 'off'
      await spec.onFailure?.()
    },
  })
  server.status = spec.meanwhile ?? server.status
  return shown
}

/** The status to show: a machine that has switched itself off is off, even if it is noted as running. */
export function statusOf({ id, status }: Server, { machines }: CloudContext): Server['status'] {
  return status === 'running' && !machines.isOn(id) ? 'off' : status
}

/** @throws ApiFault 422 unless the server is off */
export function requireStopped(cloud: CloudContext, server: Server): void {
  if (statusOf(server, cloud) !== 'off') {
    throw new ApiFault(422, 'server_not_stopped', 'the server must be stopped for this')
  }
}

const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A root password: 20 letters and digits that cannot be mistaken for each other. */
export function createPassword(): string {
  return Array.from({ length: 20 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('')
}
