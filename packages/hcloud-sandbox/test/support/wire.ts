/** Documents of the API, as far as tests look into them. */

import * as v from 'valibot'

const Labels = v.record(v.string(), v.string())

export const Action = v.object({
  id: v.number(),
  command: v.string(),
  status: v.picklist(['running', 'success', 'error']),
  progress: v.number(),
  started: v.string(),
  finished: v.nullable(v.string()),
  resources: v.array(v.object({ id: v.number(), type: v.string() })),
  error: v.nullable(v.object({ code: v.string(), message: v.string() })),
})
export type Action = v.InferOutput<typeof Action>

const Deprecation = v.object({ announced: v.string(), unavailable_after: v.string() })
const Price = v.object({ net: v.string(), gross: v.string() })

export const ServerType = v.object({
  id: v.number(),
  name: v.string(),
  cores: v.number(),
  memory: v.number(),
  disk: v.number(),
  architecture: v.string(),
  deprecation: v.nullable(Deprecation),
  prices: v.array(v.object({ location: v.string(), price_hourly: Price, price_monthly: Price })),
  locations: v.array(
    v.object({
      id: v.number(),
      name: v.string(),
      available: v.boolean(),
      recommended: v.boolean(),
      deprecation: v.nullable(Deprecation),
    }),
  ),
})
export type ServerType = v.InferOutput<typeof ServerType>

export const Image = v.object({
  id: v.number(),
  type: v.picklist(['system', 'app', 'snapshot', 'backup', 'temporary']),
  status: v.picklist(['available', 'creating', 'unavailable']),
  name: v.nullable(v.string()),
  description: v.string(),
  /** GB, compressed, as billed */
  image_size: v.nullable(v.number()),
  /** GB, the disk of the server that it was taken of */
  disk_size: v.number(),
  created: v.string(),
  created_from: v.nullable(v.object({ id: v.number(), name: v.string() })),
  architecture: v.picklist(['x86', 'arm']),
  os_flavor: v.string(),
  protection: v.object({ delete: v.boolean() }),
  labels: Labels,
})
export type Image = v.InferOutput<typeof Image>

export const SshKey = v.object({
  id: v.number(),
  name: v.string(),
  fingerprint: v.string(),
  public_key: v.string(),
  labels: Labels,
  created: v.string(),
})
export type SshKey = v.InferOutput<typeof SshKey>

export const Server = v.object({
  id: v.number(),
  name: v.string(),
  /** `initializing`, `running`, `off`, `deleting` and others */
  status: v.string(),
  created: v.string(),
  public_net: v.object({
    ipv4: v.nullable(v.object({ ip: v.string() })),
    /** a /64 network in CIDR form; the server has its `::1` */
    ipv6: v.nullable(v.object({ ip: v.string() })),
  }),
  /** Complete only once the server is attached to its networks. */
  private_net: v.array(v.object({ network: v.optional(v.number()), ip: v.optional(v.string(), '') })),
  server_type: v.object({ id: v.number(), name: v.string(), prices: v.array(v.unknown()) }),
  location: v.object({ id: v.number(), name: v.string() }),
  /** What it was created from; null when that was deleted. */
  image: v.optional(v.nullable(v.object({ id: v.number(), disk_size: v.optional(v.number()) })), null),
  rescue_enabled: v.boolean(),
  locked: v.boolean(),
  /** GB */
  primary_disk_size: v.number(),
  labels: Labels,
})
export type Server = v.InferOutput<typeof Server>
