/** What a client may say when it orders a server. Properties that the API does not know are ignored, as there. */

import * as v from 'valibot'
import { LabelsInput } from '../../labels.ts'
import { ServerName } from './server.ts'

/** Official clients send a number when they know the ID, and text when they only know the name. */
export const IdOrName = v.union([v.string(), v.number()], 'Not a valid ID or name.')

const Id = v.pipe(v.number('Not a valid integer.'), v.integer('Not a valid integer.'))

const MAX_USER_DATA = 32 * 1024

export const ServerOrder = v.object({
  name: ServerName,
  server_type: IdOrName,
  image: IdOrName,
  location: v.optional(v.nullable(IdOrName)),
  ssh_keys: v.optional(v.array(IdOrName), []),
  labels: v.optional(LabelsInput, {}),
  start_after_create: v.optional(v.boolean('Not a valid boolean.'), true),
  automount: v.optional(v.boolean('Not a valid boolean.')),
  user_data: v.optional(v.pipe(v.string('Not a valid string.'), v.maxBytes(MAX_USER_DATA, 'is too long'))),
  firewalls: v.optional(v.nullable(v.array(v.object({ firewall: Id }))), []),
  networks: v.optional(v.nullable(v.array(Id)), []),
  volumes: v.optional(v.nullable(v.array(Id)), []),
  placement_group: v.optional(v.nullable(Id)),
  public_net: v.optional(
    v.object({
      enable_ipv4: v.optional(v.boolean('Not a valid boolean.'), true),
      enable_ipv6: v.optional(v.boolean('Not a valid boolean.'), true),
      ipv4: v.optional(v.nullable(Id)),
      ipv6: v.optional(v.nullable(Id)),
    }),
    {},
  ),
})
/** A server order whose fields are well-formed. */
export type ServerOrder = v.InferOutput<typeof ServerOrder>
