/**
 * The documents of the Hetzner Cloud API, as far as this project reads them.
 * The names are the API's own (snake_case); unknown properties are ignored.
 * Source: the published OpenAPI document, August 2026.
 */

import * as v from 'valibot'
import { ARCHITECTURES } from '../domain.ts'
import { recordOf } from '../util/record.ts'
import { partsOf, type Unknown } from './entries.ts'

const Labels = recordOf(v.string())

export const ApiError = v.object({
  error: v.object({
    code: v.string(),
    message: v.string(),
    details: v.optional(v.unknown()),
  }),
})
export type ApiError = v.InferOutput<typeof ApiError>

export const Action = v.object({
  id: v.number(),
  command: v.string(),
  status: v.picklist(['running', 'success', 'error']),
  progress: v.number(),
  started: v.optional(v.nullable(v.string())),
  finished: v.optional(v.nullable(v.string())),
  resources: partsOf(v.object({ id: v.number(), type: v.string() })),
  error: v.nullable(v.object({ code: v.string(), message: v.string() })),
})
export type Action = v.InferOutput<typeof Action>
/** An action of an unknown status has not ended: each wait has its own deadline. */
export const UNKNOWN_ACTION: Unknown<typeof Action> = {
  command: 'unknown',
  status: 'running',
  progress: 0,
  error: null,
}

export const Location = v.object({
  id: v.number(),
  name: v.string(),
  network_zone: v.string(),
})
export type Location = v.InferOutput<typeof Location>
export const UNKNOWN_LOCATION: Unknown<typeof Location> = { network_zone: 'unknown' }

const Deprecation = v.object({ announced: v.string(), unavailable_after: v.string() })

const Price = v.object({ net: v.string(), gross: v.string() })

const ServerPrices = partsOf(v.object({ location: v.string(), price_hourly: Price, price_monthly: Price }))

export const ServerType = v.object({
  id: v.number(),
  name: v.string(),
  /** GB */
  disk: v.number(),
  /** `x86` or `arm`; any other value is accepted, so that a new one does not break the list. */
  architecture: v.string(),
  deprecation: v.optional(v.nullable(Deprecation)),
  prices: ServerPrices,
  locations: partsOf(
    v.object({
      id: v.number(),
      name: v.string(),
      available: v.boolean(),
      recommended: v.boolean(),
      deprecation: v.nullable(Deprecation),
    }),
    { available: false, recommended: false, deprecation: null },
  ),
})
export type ServerType = v.InferOutput<typeof ServerType>
/** A type of an unknown architecture is no candidate for any image. */
export const UNKNOWN_SERVER_TYPE: Unknown<typeof ServerType> = { architecture: 'unknown', deprecation: null }

export const Image = v.object({
  id: v.number(),
  type: v.picklist(['system', 'app', 'snapshot', 'backup', 'temporary']),
  /** `unknown` is not the API's: see {@link UNKNOWN_IMAGE}. */
  status: v.picklist(['available', 'creating', 'unavailable', 'unknown']),
  name: v.nullable(v.string()),
  description: v.string(),
  /** GB, compressed, as billed */
  image_size: v.nullable(v.number()),
  /** GB, the disk of the server that it was taken of */
  disk_size: v.number(),
  created: v.string(),
  created_from: v.nullable(v.object({ id: v.number(), name: v.string() })),
  architecture: v.picklist(ARCHITECTURES),
  os_flavor: v.string(),
  protection: v.object({ delete: v.boolean() }),
  labels: Labels,
})
export type Image = v.InferOutput<typeof Image>
/** An image of an unknown status is not available; one whose protection is unknown counts as protected. */
export const UNKNOWN_IMAGE: Unknown<typeof Image> = {
  status: 'unknown',
  name: null,
  description: '',
  image_size: null,
  created_from: null,
  os_flavor: 'unknown',
  protection: { delete: true },
}

/** So much of a snapshot as clean-up needs: what is odd about the rest does not matter when it is to be removed. */
export const TemporarySnapshot = v.pick(Image, ['id', 'status', 'image_size', 'created_from', 'labels'])
export type TemporarySnapshot = v.InferOutput<typeof TemporarySnapshot>
export const UNKNOWN_TEMPORARY_SNAPSHOT: Unknown<typeof TemporarySnapshot> = {
  status: 'unknown',
  image_size: null,
  created_from: null,
}

export const SshKey = v.object({
  id: v.number(),
  name: v.string(),
  fingerprint: v.string(),
  public_key: v.string(),
  labels: Labels,
  created: v.string(),
})
export type SshKey = v.InferOutput<typeof SshKey>
export const UNKNOWN_SSH_KEY: Unknown<typeof SshKey> = { fingerprint: '', public_key: '', created: '' }

export const Server = v.object({
  id: v.number(),
  name: v.string(),
  /** `initializing`, `running`, `off`, `deleting` and others */
  status: v.string(),
  created: v.string(),
  public_net: v.object({
    ipv4: v.nullable(v.object({ id: v.optional(v.number()), ip: v.string() })),
    /** a /64 network in CIDR form; the server has its `::1` */
    ipv6: v.nullable(v.object({ id: v.optional(v.number()), ip: v.string() })),
  }),
  /** Complete only once the server is attached to its networks. */
  private_net: partsOf(v.object({ network: v.optional(v.number()), ip: v.optional(v.string(), '') })),
  server_type: v.object({ id: v.number(), name: v.string(), prices: v.optional(ServerPrices, []) }),
  location: v.object({ id: v.number(), name: v.string() }),
  /** What it was created from; null when that was deleted. */
  image: v.optional(v.nullable(v.object({ id: v.number(), disk_size: v.optional(v.number()) })), null),
  rescue_enabled: v.boolean(),
  /** Whether an action runs on it. */
  locked: v.optional(v.boolean()),
  /** GB */
  primary_disk_size: v.optional(v.number()),
  labels: Labels,
})
export type Server = v.InferOutput<typeof Server>
/** So much of a server as clean-up can do without: an odd one is removed, too. */
export const UNKNOWN_SERVER: Unknown<typeof Server> = {
  status: 'unknown',
  created: '',
  public_net: { ipv4: null, ipv6: null },
  server_type: { id: 0, name: 'unknown' },
  location: { id: 0, name: 'unknown' },
  image: null,
  rescue_enabled: false,
  locked: undefined,
  primary_disk_size: undefined,
}

export const PrimaryIp = v.object({
  id: v.number(),
  /** The server that it belongs to. */
  assignee_id: v.nullish(v.number(), null),
})
export type PrimaryIp = v.InferOutput<typeof PrimaryIp>

export const Network = v.object({
  id: v.number(),
  name: v.string(),
  subnets: partsOf(v.object({ network_zone: v.string() })),
  /** CIDR notation; `0.0.0.0/0` for the Internet. */
  routes: partsOf(v.object({ destination: v.string() })),
})
export type Network = v.InferOutput<typeof Network>

export const Firewall = v.object({
  id: v.number(),
  name: v.string(),
  rules: partsOf(
    v.object({
      /** `in` or `out` */
      direction: v.string(),
      protocol: v.string(),
      /** `22`, `1024-5000` or `any`; null for protocols without ports */
      port: v.optional(v.nullable(v.string()), null),
      /** CIDR notation, both families */
      source_ips: partsOf(v.string()),
    }),
  ),
})
export type Firewall = v.InferOutput<typeof Firewall>

const Pagination = v.object({ next_page: v.nullish(v.number()) })

export const Meta = v.object({ meta: v.nullish(v.object({ pagination: v.nullish(Pagination) })) })

export const Pricing = v.object({
  currency: v.string(),
  image: v.object({ price_per_gb_month: Price }),
  primary_ips: partsOf(
    v.object({
      type: v.string(),
      prices: partsOf(v.object({ location: v.string(), price_hourly: Price })),
    }),
  ),
})
export type Pricing = v.InferOutput<typeof Pricing>
