/** `/floating_ips`: kept and shown. A system must be told to use one, so nothing answers there, as on a real server. */

import * as v from 'valibot'
import { LabelsInput } from '../labels.ts'
import { defineNamedResource, requireUniqueName } from '../resource.ts'
import { protectionAction, requireRemovable, startAction } from '../row-actions.ts'
import { defineTable, Id } from '../table.ts'
import { formatTime } from '../time.ts'
import {
  ADDRESS_TYPES,
  Address,
  AddressName,
  covers,
  dnsAction,
  findServer,
  ownNames,
  placeOf,
  showAddress,
} from './addresses.ts'
import { findLocation } from './locations.ts'
import { servers } from './servers/server.ts'

const FloatingIp = v.object({ ...Address.entries, description: v.string() })
type FloatingIp = v.InferOutput<typeof FloatingIp>

const FIRST_ID = 70_000_000
/** Their addresses come behind those of servers and the project's own primary IPs. */
const OTHER_ADDRESSES = 12_288

export const floatingIps = defineTable('floatingIp', { title: 'floating IP', firstId: FIRST_ID, schema: FloatingIp })

const Description = v.pipe(v.string('Not a valid string.'), v.maxLength(255, 'is too long'))
const CreateInput = v.object({
  name: v.optional(v.nullable(AddressName)),
  type: v.picklist(ADDRESS_TYPES, 'must be ipv4 or ipv6'),
  home_location: v.optional(v.nullable(v.union([v.string(), v.number()], 'Not a valid ID or name.'))),
  server: v.optional(v.nullable(Id)),
  description: v.optional(v.nullable(Description)),
  labels: v.optional(LabelsInput, {}),
})

export const floatingIpResource = defineNamedResource(floatingIps, AddressName, {
  path: 'floating_ips',
  key: 'floating_ip',
  latencies: { create_floating_ip: 300, assign_floating_ip: 1_000, unassign_floating_ip: 1_000 },
  show: (row) => ({
    ...showAddress(row),
    description: row.description,
    created: formatTime(row.created),
    home_location: findLocation(row.location) ?? null,
    server: row.server,
  }),
  async create({ cloud, project, body }) {
    const { store, options } = cloud
    const { name, type, home_location, server: serverId, description, labels } = await body(CreateInput)
    if (name) requireUniqueName(floatingIps, cloud, project, name)
    const server = serverId ? findServer(cloud, project, serverId) : undefined
    const location = placeOf(server, home_location)
    const id = floatingIps.nextId(store)
    const address = options.allocateAddress(OTHER_ADDRESSES + id - FIRST_ID)
    const made: FloatingIp = {
      id,
      project,
      name: name ?? `floating_ip-${id}`,
      type,
      address,
      location,
      server: null,
      description: description ?? '',
      dnsPtr: ownNames({ type, address }),
      protection: { delete: false },
      labels,
      created: options.clock.now(),
    }
    floatingIps.add(store, made)
    const assign = () => {
      made.server = server?.id ?? null
    }
    const about = server === undefined ? [] : [servers.ref(server)]
    return { made, more: { action: startAction(cloud, floatingIps, made, 'create_floating_ip', assign, about) } }
  },
  async updateMore(row, { body }) {
    const { description } = await body(v.object({ description: v.optional(Description) }))
    row.description = description ?? row.description
  },
  remove(row, { cloud }) {
    requireRemovable(cloud, floatingIps, row)
    floatingIps.remove(cloud.store, row)
    return undefined
  },
  actions: {
    async assign(row, { cloud, project, body }) {
      const server = findServer(cloud, project, (await body(v.object({ server: Id }))).server)
      const assign = () => {
        row.server = server.id
      }
      return { action: startAction(cloud, floatingIps, row, 'assign_floating_ip', assign, [servers.ref(server)]) }
    },
    unassign(row, { cloud }) {
      const unassign = () => {
        row.server = null
      }
      return { action: startAction(cloud, floatingIps, row, 'unassign_floating_ip', unassign) }
    },
    change_dns_ptr: dnsAction(floatingIps, (row: FloatingIp, ip) => (covers(row, ip) ? row : undefined)),
    change_protection: protectionAction(floatingIps),
  },
})
