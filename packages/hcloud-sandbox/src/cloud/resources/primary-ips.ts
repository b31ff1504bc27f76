/** `/primary_ips`: those that servers get when they are made, and those of the project's own. */

import * as v from 'valibot'
import type { CloudContext } from '../context.ts'
import { ApiFault, invalidField, invalidInput, limitExceeded } from '../errors.ts'
import { LabelsInput } from '../labels.ts'
import { defineNamedResource, requireUniqueName } from '../resource.ts'
import { protectionAction, requireRemovable, requireUnlocked, startAction } from '../row-actions.ts'
import { defineTable, Id, type Store } from '../table.ts'
import { formatTime } from '../time.ts'
import {
  ADDRESS_TYPES,
  Address,
  AddressName,
  type AddressType,
  covers,
  dnsAction,
  findServer,
  ipOf,
  ownNames,
  placeOf,
  showAddress,
} from './addresses.ts'
import { findLocation } from './locations.ts'
import { requireStopped, type Server, servers } from './servers/server.ts'

const PrimaryIp = v.object({
  ...Address.entries,
  /** Goes with its server. */
  autoDelete: v.boolean(),
})
export type PrimaryIp = v.InferOutput<typeof PrimaryIp>

const FIRST_ID = 90_000_000
/** Addresses of the project's own come behind so many of servers. */
const SERVER_ADDRESSES = 8192

export const primaryIps = defineTable('primaryIp', { title: 'primary IP', firstId: FIRST_ID, schema: PrimaryIp })

const CreateInput = v.object({
  name: AddressName,
  type: v.picklist(ADDRESS_TYPES, 'must be ipv4 or ipv6'),
  location: v.optional(v.nullable(v.union([v.string(), v.number()], 'Not a valid ID or name.'))),
  assignee_id: v.optional(v.nullable(Id)),
  auto_delete: v.optional(v.boolean('Not a valid boolean.'), false),
  labels: v.optional(LabelsInput, {}),
})
const UpdateInput = v.object({ auto_delete: v.optional(v.boolean('Not a valid boolean.')) })
const AssignInput = v.object({
  assignee_id: Id,
  assignee_type: v.optional(v.literal('server', 'must be server'), 'server'),
})

export const primaryIpResource = defineNamedResource(primaryIps, AddressName, {
  path: 'primary_ips',
  key: 'primary_ip',
  latencies: { create_primary_ip: 300, assign_primary_ip: 1_000, unassign_primary_ip: 1_000, change_dns_ptr: 300 },
  filters: { name: ({ name }) => name, ip: ipOf },
  sort: { id: ({ id }) => id, created: ({ created }) => created },
  show: (row) => ({
    ...showAddress(row),
    created: formatTime(row.created),
    location: findLocation(row.location) ?? null,
    auto_delete: row.autoDelete,
    assignee_type: 'server',
    assignee_id: row.server,
  }),
  async create({ cloud, project, body }) {
    const { name, type, location, assignee_id, auto_delete, labels } = await body(CreateInput)
    requireUniqueName(primaryIps, cloud, project, name)
    const server = assignee_id ? findServer(cloud, project, assignee_id) : undefined
    if (server !== undefined) requireRoomFor(cloud, server, type)
    const place = placeOf(server, location)
    requirePrimaryIps(cloud, project, 1)
    const made = addRow(cloud, { project, name, type, location: place, autoDelete: auto_delete, labels })
    const assign = () => server && assignTo(server, made)
    const about = server === undefined ? [] : [servers.ref(server)]
    return { made, more: { action: startAction(cloud, primaryIps, made, 'create_primary_ip', assign, about) } }
  },
  async updateMore(row, { body }) {
    const { auto_delete } = await body(UpdateInput)
    row.autoDelete = auto_delete ?? row.autoDelete
  },
  remove(row, { cloud }) {
    requireRemovable(cloud, primaryIps, row)
    if (row.server !== null) throw new ApiFault(422, 'must_be_unassigned', 'the primary IP must be unassigned first')
    primaryIps.remove(cloud.store, row)
    return undefined
  },
  actions: {
    async assign(row, { cloud, project, body }) {
      const server = findServer(cloud, project, (await body(AssignInput)).assignee_id)
      if (row.server !== null) {
        throw new ApiFault(422, 'primary_ip_already_assigned', 'the primary IP is already assigned')
      }
      if (row.location !== server.location) throw invalidInput('the server is at another location')
      requireRoomFor(cloud, server, row.type)
      const assign = () => assignTo(server, row)
      const about = [servers.ref(server)]
      return { action: startAction(cloud, primaryIps, row, 'assign_primary_ip', assign, about) }
    },
    unassign(row, { cloud, project }) {
      if (row.server === null) throw invalidInput('the primary IP is not assigned')
      const server = findServer(cloud, project, row.server)
      requireStopped(cloud, server)
      const unassign = () => {
        row.server = null
        server[toSwitch(row.type)] = false
      }
      const about = [servers.ref(server)]
      return { action: startAction(cloud, primaryIps, row, 'unassign_primary_ip', unassign, about) }
    },
    change_dns_ptr: dnsAction(primaryIps, (row: PrimaryIp, ip) => (covers(row, ip) ? row : undefined)),
    change_protection: protectionAction(primaryIps),
  },
})

/** `change_dns_ptr` of a server: of the primary IP of its that has this IP. */
export const serverDnsAction = dnsAction(primaryIps, (server: Server, ip, { cloud }) =>
  primaryIpsOf(cloud.store, server)
    .toSorted(byType)
    .find((row) => covers(row, ip)),
)

const toSwitch = (type: AddressType) => (type === 'ipv4' ? 'enableIpv4' : 'enableIpv6')
const byType = (a: PrimaryIp, b: PrimaryIp): number => a.type.localeCompare(b.type)

function assignTo(server: Server, row: PrimaryIp): void {
  row.server = server.id
  server[toSwitch(row.type)] = true
}

/** @throws ApiFault 422 unless the server is off and has no address of this family */
function requireRoomFor(cloud: CloudContext, server: Server, type: AddressType): void {
  requireStopped(cloud, server)
  if (server[toSwitch(type)]) throw new ApiFault(422, `server_has_${type}`, `the server has an ${type} address already`)
}

/** @throws ApiFault 403 when the project cannot have so many more */
export function requirePrimaryIps({ options: { limits }, store }: CloudContext, project: string, more: number): void {
  const most = limits?.primaryIps ?? Number.POSITIVE_INFINITY
  if (more > 0 && primaryIps.of(store, project).length + more > most) throw limitExceeded('primary ip')
}

type NewRow = Pick<PrimaryIp, 'project' | 'type' | 'location' | 'autoDelete' | 'labels'> &
  Partial<Pick<PrimaryIp, 'name' | 'address'>>

function addRow({ store, options }: CloudContext, row: NewRow): PrimaryIp {
  const id = primaryIps.nextId(store)
  const address = row.address ?? options.allocateAddress(SERVER_ADDRESSES + id - FIRST_ID)
  const made: PrimaryIp = {
    id,
    name: `primary_ip-${id}`,
    ...row,
    address,
    created: options.clock.now(),
    server: null,
    dnsPtr: ownNames({ type: row.type, address }),
    protection: { delete: false },
  }
  primaryIps.add(store, made)
  return made
}

/** Those that a new server gets: of each family the one that was named, else a new one. */
export function giveAddresses(cloud: CloudContext, server: Server, own: readonly PrimaryIp[]): void {
  const { project, location, address } = server
  for (const type of ADDRESS_TYPES) {
    if (!server[toSwitch(type)]) continue
    const named = own.find((row) => row.type === type)
    assignTo(server, named ?? addRow(cloud, { project, type, address, location, autoDelete: true, labels: {} }))
  }
}

/** Takes them from a server that is gone. @param stay whether those stay that should go with it */
export function takeAddresses(store: Store, server: Server, stay: boolean): void {
  for (const row of primaryIpsOf(store, server)) {
    if (row.autoDelete && !stay) primaryIps.remove(store, row)
    else row.server = null
  }
}

/**
 * The primary IP that was ordered for a server.
 * @throws ApiFault 422, 412, 423 unless it is there, of this family, free, and at the server's location
 */
export function findOrdered(
  cloud: CloudContext,
  project: string,
  type: AddressType,
  id: number,
  location: string,
): PrimaryIp {
  const row = primaryIps.find(cloud.store, project, id)
  if (row === undefined) throw invalidField(`public_net.${type}`, `primary IP with ID '${id}' not found`)
  if (row.type !== type) throw new ApiFault(412, 'primary_ip_version_mismatch', `primary IP ${id} is no ${type}`)
  requireUnlocked(cloud, primaryIps.ref(row))
  if (row.server !== null) throw new ApiFault(422, 'primary_ip_assigned', `primary IP ${id} is already assigned`)
  if (row.location === location) return row
  throw new ApiFault(422, 'primary_ip_datacenter_mismatch', `primary IP ${id} is at another location`)
}

/** Those that a server has now, none to two. */
export const primaryIpsOf = (store: Store, { id }: Server): PrimaryIp[] =>
  primaryIps.rows(store).filter((row) => row.server === id)
