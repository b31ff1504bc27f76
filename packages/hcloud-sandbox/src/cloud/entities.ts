/** What the cloud remembers. Times are milliseconds since the epoch; the formatters turn them into text. */

import * as v from 'valibot'

const Id = v.pipe(v.number(), v.integer(), v.minValue(1))
const Time = v.number()
const StoredLabels = v.record(v.string(), v.string())

const StoredServer = v.object({
  id: Id,
  project: v.string(),
  /** Counts from 1 over all projects; decides the addresses. */
  number: Id,
  name: v.string(),
  status: v.picklist(['initializing', 'starting', 'running', 'stopping', 'off', 'deleting']),
  created: Time,
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
  networks: v.optional(v.array(v.object({ network: Id, ip: v.string() })), []),
  labels: StoredLabels,
  protection: v.object({ delete: v.boolean(), rebuild: v.boolean() }),
  /** Keys and password of the installed system. */
  authorizedKeys: v.array(v.string()),
  rootPassword: v.string(),
  /** The rescue system that the next boot goes into. */
  rescue: v.nullable(v.object({ enabled: Time, authorizedKeys: v.array(v.string()), rootPassword: v.string() })),
})
/** A server. */
export type StoredServer = v.InferOutput<typeof StoredServer>

const StoredImage = v.object({
  id: Id,
  project: v.string(),
  status: v.picklist(['creating', 'available']),
  description: v.string(),
  created: Time,
  createdFrom: v.object({ id: Id, name: v.string() }),
  /** GB */
  imageSize: v.nullable(v.number()),
  /** GB */
  diskSize: v.number(),
  architecture: v.picklist(['arm', 'x86']),
  osFlavor: v.string(),
  osVersion: v.nullable(v.string()),
  labels: StoredLabels,
  protection: v.object({ delete: v.boolean() }),
})
/** A snapshot; system images stand in the catalogue. */
export type StoredImage = v.InferOutput<typeof StoredImage>

const StoredSshKey = v.object({
  id: Id,
  project: v.string(),
  name: v.string(),
  fingerprint: v.string(),
  publicKey: v.string(),
  labels: StoredLabels,
  created: Time,
})
export type StoredSshKey = v.InferOutput<typeof StoredSshKey>

const StoredNetwork = v.object({
  id: Id,
  project: v.string(),
  name: v.string(),
  /** CIDR notation, as are the others. */
  ipRange: v.string(),
  subnets: v.array(v.object({ ipRange: v.string(), networkZone: v.string() })),
  routes: v.array(v.object({ destination: v.string(), gateway: v.string() })),
  labels: StoredLabels,
  created: Time,
})
export type StoredNetwork = v.InferOutput<typeof StoredNetwork>

const StoredFirewall = v.object({
  id: Id,
  project: v.string(),
  name: v.string(),
  rules: v.array(
    v.object({
      direction: v.picklist(['in', 'out']),
      protocol: v.picklist(['tcp', 'udp', 'icmp', 'esp', 'gre']),
      port: v.nullable(v.string()),
      sourceIps: v.array(v.string()),
      destinationIps: v.array(v.string()),
      description: v.nullable(v.string()),
    }),
  ),
  appliedTo: v.array(
    v.variant('type', [
      v.object({ type: v.literal('server'), id: Id }),
      v.object({ type: v.literal('label_selector'), selector: v.string() }),
    ]),
  ),
  labels: StoredLabels,
  created: Time,
})
export type StoredFirewall = v.InferOutput<typeof StoredFirewall>

const ActionResource = v.object({ id: Id, type: v.picklist(['server', 'image', 'network', 'firewall']) })
/** What an action is about. */
export type ActionResource = v.InferOutput<typeof ActionResource>

const StoredAction = v.object({
  id: Id,
  project: v.string(),
  command: v.string(),
  status: v.picklist(['running', 'success', 'error']),
  started: Time,
  finished: v.nullable(Time),
  /** How long it is expected to take, for the progress. */
  expectedMs: v.number(),
  resources: v.array(ActionResource),
  error: v.nullable(v.object({ code: v.string(), message: v.string() })),
})
export type StoredAction = v.InferOutput<typeof StoredAction>

/** Each kind counts from a number of its own, so that an ID of the wrong kind is noticed instead of found. */
const FIRST_IDS = {
  server: 40_000_000,
  image: 400_000_000,
  sshKey: 20_000_000,
  action: 600_000_000,
  network: 4_000_000,
  firewall: 2_000_000,
} as const

/** The whole state file. What came later is missing in the files of older sandboxes. */
export const CloudState = v.object({
  version: v.literal(1),
  /** The last ID given out, of each kind; IDs are never used again. */
  lastIds: v.object({
    server: v.number(),
    image: v.number(),
    sshKey: v.number(),
    action: v.number(),
    network: v.optional(v.number(), FIRST_IDS.network),
    firewall: v.optional(v.number(), FIRST_IDS.firewall),
  }),
  /** The last server number given out. */
  lastServerNumber: v.number(),
  servers: v.array(StoredServer),
  images: v.array(StoredImage),
  sshKeys: v.array(StoredSshKey),
  networks: v.optional(v.array(StoredNetwork), []),
  firewalls: v.optional(v.array(StoredFirewall), []),
  actions: v.array(StoredAction),
})
export type CloudState = v.InferOutput<typeof CloudState>

/** The state of a cloud that nothing has happened in. */
export function createEmptyState(): CloudState {
  return {
    version: 1,
    lastIds: { ...FIRST_IDS },
    lastServerNumber: 0,
    servers: [],
    images: [],
    sshKeys: [],
    networks: [],
    firewalls: [],
    actions: [],
  }
}
