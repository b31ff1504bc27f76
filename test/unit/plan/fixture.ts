/** Requests and facts for plans, each changed where a test needs it to be. */

import type { Sourced, Variables } from '../../../src/config/variables.ts'
import type { Origin } from '../../../src/errors.ts'
import type { Image, Location, ServerType } from '../../../src/hetzner/wire.ts'
import type { PlacementInput } from '../../../src/plan/placement-checks.ts'
import type { Facts, ResolvedSource } from '../../../src/plan/plan.ts'
import type { PlanRequest } from '../../../src/plan/request.ts'
import { PLAIN_SERVER, resolveServer } from '../../../src/plan/server-settings.ts'

export const NOW_MS = Date.parse('2026-08-01T12:00:00Z')
const PAST = { announced: '2025-01-01T00:00:00+00:00', unavailable_after: '2025-12-31T23:59:00+00:00' }
const FUTURE = { announced: '2026-07-01T00:00:00+00:00', unavailable_after: '2027-01-01T00:00:00+00:00' }
export const RETIREMENT = { past: PAST, future: FUTURE }

export const DEFAULT: Origin = { kind: 'default' }
export const VAR_FILE: Origin = { kind: 'file', file: 'hcloud.auto.pkrvars.hcl', line: 2, column: 1 }
export const sourced = <T>(value: T, origin: Origin = DEFAULT): Sourced<T> => ({ value, origin })

export function location(name: string): Location {
  return { id: 1, name, network_zone: 'eu-central' }
}

export interface TypeOptions {
  readonly disk?: number
  readonly architecture?: 'arm' | 'x86'
  /** Net price an hour; undefined when the API names none. */
  readonly price?: string | undefined
  /** Each location with what is said of it. */
  readonly at?: Readonly<Record<string, 'in stock' | 'out of stock' | 'retired' | 'to be retired'>>
  readonly deprecation?: ServerType['deprecation']
}

export function serverType(name: string, options: TypeOptions = {}): ServerType {
  const { disk = 40, architecture = 'x86', at = { fsn1: 'in stock' }, deprecation = null } = options
  const price = 'price' in options ? options.price : '0.0050'
  const places = Object.entries(at)
  return {
    id: 1,
    name,
    disk,
    architecture,
    deprecation,
    prices:
      price === undefined
        ? []
        : places.map(([place]) => ({
            location: place,
            price_hourly: { net: price, gross: price },
            price_monthly: { net: price, gross: price },
          })),
    locations: places.map(([place, state], id) => ({
      id,
      name: place,
      available: state !== 'out of stock',
      recommended: state === 'in stock',
      deprecation: state === 'retired' ? PAST : state === 'to be retired' ? FUTURE : null,
    })),
  }
}

export function placementInput(change: Partial<PlacementInput> = {}): PlacementInput {
  return {
    architecture: 'x86',
    serverType: sourced('cx23'),
    location: sourced('fsn1'),
    chosenType: false,
    rawBytes: 1_306_525_696,
    noFallback: false,
    allowBiggerDisk: false,
    serverTypes: [serverType('cx23')],
    locations: ['fsn1', 'nbg1', 'hel1', 'ash'].map(location),
    nowMs: NOW_MS,
    ...change,
  }
}

export function variables(change: Partial<Variables> = {}): Variables {
  return {
    talosVersion: sourced('v1.12.2'),
    serverTypes: { arm: sourced('cax11'), x86: sourced('cx23') },
    location: sourced('fsn1'),
    imageUrls: { arm: sourced(null), x86: sourced(null) },
    warnings: [],
    ...change,
  }
}

export function planRequest(change: Partial<PlanRequest> = {}): PlanRequest {
  return {
    variables: variables(),
    architectures: ['arm', 'x86'],
    roles: [undefined],
    roleSchematics: new Map(),
    schematic: undefined,
    localImage: undefined,
    sha256: {},
    force: false,
    noFallback: false,
    allowBiggerDisk: false,
    server: PLAIN_SERVER,
    ...change,
  }
}

export const urlSource = (url: string, facts: Partial<ResolvedSource['facts']> = {}): ResolvedSource => ({
  source: { kind: 'url', url },
  facts: { compression: 'zst', transferBytes: 100_000_000, rawBytes: 1_306_525_696, ...facts },
  schematicId: undefined,
  installer: undefined,
})

export function facts(change: Partial<Facts> = {}): Facts {
  return {
    nowMs: NOW_MS,
    talosVersion: 'v1.12.2',
    serverTypes: [serverType('cx23'), serverType('cax11', { architecture: 'arm', price: '0.0060' })],
    locations: [location('fsn1')],
    pricing: {
      currency: 'EUR',
      image: { price_per_gb_month: { net: '0.0110', gross: '0.0131' } },
      primary_ips: [{ type: 'ipv4', prices: [{ location: 'fsn1', price_hourly: { net: '0.0008', gross: '0.0010' } }] }],
    },
    snapshots: [],
    users: new Map(),
    sources: [urlSource('https://example.com/arm'), urlSource('https://example.com/x86')],
    servers: Array.from({ length: 4 }, () => resolveServer(PLAIN_SERVER, { firewalls: [], networks: [] }).settings),
    serverWarnings: [],
    ...change,
  }
}

export function snapshot(change: Partial<Image> = {}): Image {
  return {
    id: 4711,
    type: 'snapshot',
    status: 'available',
    name: null,
    description: 'Talos Linux v1.12.2 x86 by hcloud-talos',
    image_size: 0.2,
    disk_size: 40,
    created: '2026-07-01T10:00:00+00:00',
    created_from: { id: 1, name: 'talos-image-abc-x86' },
    architecture: 'x86',
    os_flavor: 'unknown',
    protection: { delete: false },
    labels: {},
    ...change,
  }
}
