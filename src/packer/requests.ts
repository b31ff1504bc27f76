/** Reads Packer's requests: what they create and delete. */

import * as v from 'valibot'
import { ARCHITECTURES, type Architecture } from '../domain.ts'
import { recordOf } from '../util/record.ts'
import type { CreatedResource, ResourceKind } from './resources.ts'

const KINDS = new Map<string, ResourceKind>([
  ['servers', 'server'],
  ['ssh_keys', 'SSH key'],
  ['images', 'snapshot'],
])

const Id = v.pipe(v.number(), v.integer())
const Body = v.looseObject({
  name: v.optional(v.string()),
  description: v.optional(v.string()),
  labels: v.optional(v.nullable(recordOf(v.string()))),
})
export type CreationBody = v.InferOutput<typeof Body>

const Architectures = v.picklist(ARCHITECTURES)
const ServerAnswer = v.object({
  server: v.object({
    id: Id,
    name: v.string(),
    public_net: v.object({
      ipv4: v.nullish(v.object({ ip: v.string() })),
      ipv6: v.nullish(v.object({ ip: v.string() })),
    }),
    server_type: v.object({
      name: v.string(),
      architecture: v.fallback(v.optional(Architectures), undefined),
      disk: v.number(),
      prices: v.optional(v.array(v.object({ location: v.string(), price_hourly: v.object({ net: v.string() }) })), []),
    }),
    location: v.optional(v.object({ name: v.string() }), { name: 'unknown' }),
  }),
})
const KeyAnswer = v.object({ ssh_key: v.object({ id: Id, name: v.string() }) })
const SnapshotAnswer = v.object({
  image: v.object({ id: Id, description: v.string(), architecture: v.fallback(v.optional(Architectures), undefined) }),
})

/** A server, with its place and price. */
export interface CreatedServer {
  readonly name: string
  readonly architecture: Architecture | undefined
  readonly serverType: string
  readonly location: string
  /** GB */
  readonly diskGb: number
  readonly pricePerHour: number | undefined
  /** Whether it has a public IPv4 address, which has a price, too. */
  readonly ipv4: boolean
}

/** What a request creates; undefined for all others. @param path without `/v1` and without the query */
export function readCreatedKind(method: string, path: string): ResourceKind | undefined {
  if (method !== 'POST') return undefined
  if (path === '/servers') return 'server'
  if (path === '/ssh_keys') return 'SSH key'
  return /^\/servers\/\d+\/actions\/create_image$/.test(path) ? 'snapshot' : undefined
}

/** What a request deletes; undefined for all others. */
export function readDeletion(method: string, path: string): Pick<CreatedResource, 'kind' | 'id'> | undefined {
  const [, collection, id] = (method === 'DELETE' && /^\/(servers|ssh_keys|images)\/(\d+)$/.exec(path)) || []
  const kind = collection === undefined ? undefined : KINDS.get(collection)
  return kind === undefined ? undefined : { kind, id: Number(id) }
}

/** The body of a request that creates something; undefined when the API would refuse it. */
export function readBody(text: string): CreationBody | undefined {
  const parsed = v.safeParse(Body, parseJson(text))
  return parsed.success ? parsed.output : undefined
}

/** What was made, by the answer; undefined when it does not say. */
export function readCreated(
  kind: ResourceKind,
  body: CreationBody,
  answer: string,
): { readonly made: CreatedResource; readonly server?: CreatedServer } | undefined {
  const labels = body.labels ?? {}
  const json = parseJson(answer)
  if (kind === 'server') {
    const parsed = v.safeParse(ServerAnswer, json)
    if (!parsed.success) return undefined
    const { id, name, public_net, server_type: type, location } = parsed.output.server
    const price = Number(type.prices.find((one) => one.location === location.name)?.price_hourly.net)
    return {
      made: { kind, id, name, labels, architecture: type.architecture, address: public_net.ipv4?.ip },
      server: {
        name,
        architecture: type.architecture,
        serverType: type.name,
        location: location.name,
        diskGb: type.disk,
        pricePerHour: Number.isFinite(price) ? price : undefined,
        ipv4: typeof public_net.ipv4?.ip === 'string',
      },
    }
  }
  if (kind === 'SSH key') {
    const parsed = v.safeParse(KeyAnswer, json)
    return parsed.success ? { made: { kind, ...parsed.output.ssh_key, labels } } : undefined
  }
  const parsed = v.safeParse(SnapshotAnswer, json)
  if (!parsed.success) return undefined
  const { id, description, architecture } = parsed.output.image
  return { made: { kind, id, name: description, labels, architecture } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const ImagesAnswer = v.looseObject({ images: v.array(v.looseObject({ description: v.optional(v.unknown()) })) })

/**
 * The answer without snapshots of these descriptions, where it is the list that the plugin looks through. Newer versions of
 * the plugin refuse to build when a snapshot has the description of the new one, and with -force they delete it; but the
 * images of all roles, and all builds of a version, have the same. Source: the plugin's first check, since 2021.
 * @param query without the question mark
 */
export function withoutSameName(
  method: string,
  path: string,
  query: string,
  answer: string,
  descriptions: ReadonlySet<string>,
): string {
  const asked = new URLSearchParams(query)
  const isList = method === 'GET' && path === '/images' && asked.get('type') === 'snapshot'
  if (!isList || asked.has('label_selector') || asked.has('name')) return answer
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ImagesAnswer), answer)
  if (!parsed.success) return answer
  const images = parsed.output.images.filter(({ description }) => !descriptions.has(String(description)))
  return JSON.stringify({ ...parsed.output, images })
}
