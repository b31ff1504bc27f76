/**
 * `/server_types`: what servers there are, where they are offered, and what they cost. Figures are close to those of 2026, after
 * prices had risen by 30 to 37 % in April.
 */

import type { Architecture } from '../../domain.ts'
import type { CloudOptions } from '../options.ts'
import { defineResource } from '../resource.ts'
import { findLocation } from './locations.ts'
import { serverTypePrices } from './prices.ts'

export interface Retirement {
  readonly announced: string
  readonly unavailable_after: string
}

export interface CatalogueServerType {
  readonly id: number
  readonly name: string
  readonly cores: number
  /** GB */
  readonly memory: number
  /** GB */
  readonly disk: number
  readonly architecture: Architecture
  readonly cpuType: 'shared' | 'dedicated'
  readonly category: string
  /** EUR a month without VAT, in Europe. */
  readonly monthly: number
  readonly locations: readonly { readonly name: string; readonly retirement: Retirement | null }[]
}

const EUROPE = ['fsn1', 'nbg1', 'hel1']
const OVERSEAS = ['ash', 'hil', 'sin']

/** Intel types of the generation before: announced in October 2025, gone from January 2026 on. */
const RETIRED: Retirement = {
  announced: '2025-10-16T06:00:00+00:00',
  unavailable_after: '2025-12-31T23:59:00+00:00',
}

const sharedArm = { architecture: 'arm', cpuType: 'shared', category: 'Shared vCPU Arm64' } as const
const sharedIntel = { architecture: 'x86', cpuType: 'shared', category: 'Shared vCPU Intel' } as const
const sharedAmd = { architecture: 'x86', cpuType: 'shared', category: 'Shared vCPU AMD' } as const
const dedicatedAmd = { architecture: 'x86', cpuType: 'dedicated', category: 'Dedicated vCPU AMD' } as const

const inEurope = { locations: offeredIn(EUROPE) }
const everywhere = { locations: offeredIn([...EUROPE, ...OVERSEAS]) }
/** The first AMD generation is still offered overseas, and retired in Europe. */
const overseas = { locations: [...offeredIn(EUROPE, RETIRED), ...offeredIn(OVERSEAS)] }
const nowhere = { locations: offeredIn(EUROPE, RETIRED) }

/** The server types that the emulated cloud has. */
export const SERVER_TYPES: readonly CatalogueServerType[] = [
  { id: 22, name: 'cpx11', cores: 2, memory: 2, disk: 40, monthly: 5.99, ...sharedAmd, ...overseas },
  { id: 23, name: 'cpx21', cores: 3, memory: 4, disk: 80, monthly: 10.49, ...sharedAmd, ...overseas },
  { id: 24, name: 'cpx31', cores: 4, memory: 8, disk: 160, monthly: 19.99, ...sharedAmd, ...overseas },
  { id: 25, name: 'cpx41', cores: 8, memory: 16, disk: 240, monthly: 36.99, ...sharedAmd, ...overseas },
  { id: 45, name: 'cax11', cores: 2, memory: 4, disk: 40, monthly: 4.49, ...sharedArm, ...inEurope },
  { id: 93, name: 'cax21', cores: 4, memory: 8, disk: 80, monthly: 7.99, ...sharedArm, ...inEurope },
  { id: 94, name: 'cax31', cores: 8, memory: 16, disk: 160, monthly: 15.99, ...sharedArm, ...inEurope },
  { id: 95, name: 'cax41', cores: 16, memory: 32, disk: 320, monthly: 31.49, ...sharedArm, ...inEurope },
  { id: 96, name: 'ccx13', cores: 2, memory: 8, disk: 80, monthly: 15.99, ...dedicatedAmd, ...everywhere },
  { id: 97, name: 'ccx23', cores: 4, memory: 16, disk: 160, monthly: 31.49, ...dedicatedAmd, ...everywhere },
  { id: 98, name: 'ccx33', cores: 8, memory: 32, disk: 240, monthly: 62.49, ...dedicatedAmd, ...everywhere },
  { id: 105, name: 'cx32', cores: 4, memory: 8, disk: 80, monthly: 8.49, ...sharedIntel, ...nowhere },
  { id: 108, name: 'cpx12', cores: 1, memory: 2, disk: 40, monthly: 6.49, ...sharedAmd, ...everywhere },
  { id: 109, name: 'cpx22', cores: 2, memory: 4, disk: 80, monthly: 7.99, ...sharedAmd, ...everywhere },
  { id: 110, name: 'cpx32', cores: 4, memory: 8, disk: 160, monthly: 13.99, ...sharedAmd, ...everywhere },
  { id: 111, name: 'cpx42', cores: 8, memory: 16, disk: 320, monthly: 25.49, ...sharedAmd, ...everywhere },
  { id: 114, name: 'cx23', cores: 2, memory: 4, disk: 40, monthly: 3.99, ...sharedIntel, ...inEurope },
  { id: 115, name: 'cx33', cores: 4, memory: 8, disk: 80, monthly: 6.49, ...sharedIntel, ...inEurope },
  { id: 116, name: 'cx43', cores: 8, memory: 16, disk: 160, monthly: 11.99, ...sharedIntel, ...inEurope },
  { id: 117, name: 'cx53', cores: 16, memory: 32, disk: 320, monthly: 22.49, ...sharedIntel, ...inEurope },
]

const CATALOGUE = 'a selection, with prices of 2026'

export const serverTypeResource = defineResource({
  path: 'server_types',
  key: 'server_type',
  title: 'server type',
  partial: { 'GET /server_types': CATALOGUE, 'GET /server_types/{id}': CATALOGUE },
  all: () => SERVER_TYPES,
  filters: { name: ({ name }) => name },
  show: (type, { options }) => showServerType(type, options),
})

/** A server type as the API shows it, with what is in stock now. */
export function showServerType(type: CatalogueServerType, options: CloudOptions) {
  const retirements = type.locations.map(({ retirement }) => retirement)
  const isGoing = retirements.every((retirement) => retirement !== null)
  return {
    id: type.id,
    name: type.name,
    description: type.name.toUpperCase(),
    cores: type.cores,
    memory: type.memory,
    disk: type.disk,
    deprecated: isGoing,
    prices: serverTypePrices(type),
    storage_type: 'local',
    cpu_type: type.cpuType,
    category: type.category,
    architecture: type.architecture,
    deprecation: isGoing ? (retirements[0] ?? null) : null,
    locations: type.locations.map(({ name, retirement }) => {
      const available = isAvailable(type, name, options)
      const recommended = available && !isRetired(retirement, options.clock.now())
      return { id: findLocation(name)?.id ?? 0, name, deprecation: retirement, available, recommended }
    }),
  }
}

/** Whether servers of a type can be made at a location now. */
export function isAvailable(
  type: CatalogueServerType,
  location: string,
  { outOfStock = [], clock }: Pick<CloudOptions, 'outOfStock' | 'clock'>,
): boolean {
  const offer = type.locations.find(({ name }) => name === location)
  if (offer === undefined || isRetired(offer.retirement, clock.now())) return false
  return ![`${type.name}@${location}`, type.name, `@${location}`].some((entry) => outOfStock.includes(entry))
}

/** A server type by its name or by its ID, which may be written as text. */
export function findServerType(idOrName: string | number): CatalogueServerType | undefined {
  return SERVER_TYPES.find(({ id, name }) => name === idOrName || String(id) === String(idOrName))
}

/** Whether a retirement has come into force. */
export function isRetired(retirement: Retirement | null, now: number): boolean {
  return retirement !== null && Date.parse(retirement.unavailable_after) <= now
}

function offeredIn(
  names: readonly string[],
  retirement: Retirement | null = null,
): { name: string; retirement: Retirement | null }[] {
  return names.map((name) => ({ name, retirement }))
}
