/** The boot test of an image: whether there can be one, and where. */

import { type Customization, parseSchematic } from 'talos-schematic'
import type { Architecture, Labels } from '../domain.ts'
import type { Problem } from '../errors.ts'
import { BOOT_TESTED_LABEL } from './labels.ts'
import { type Placement, placementsOf } from './placement.ts'
import { isRetired, placesIn } from './placement-checks.ts'
import type { Offers } from './placement-input.ts'
import type { ImageRequest } from './request.ts'

/** What the server must be that a snapshot is booted on. */
export interface BootWish {
  readonly architecture: Architecture
  /** GB; no smaller disk does. */
  readonly diskGb: number
  /** Where it is best; others do, too. */
  readonly location: string
  /** The network zones that it may be in; undefined: any. */
  readonly networkZones: readonly string[] | undefined
  /** The only server type that does, at that location. */
  readonly only: string | undefined
}

/** The smallest disk that is big enough first, then the location, then the price. */
export function rankBootPlacements(
  { architecture, diskGb, location, networkZones, only }: BootWish,
  { serverTypes, locations, nowMs }: Offers,
): Placement[] {
  const places = networkZones && placesIn(networkZones, locations)
  const key = (one: Placement): readonly [number, number, number] => [
    one.diskGb,
    one.location === location ? 0 : 1,
    one.pricePerHour ?? Number.MAX_VALUE,
  ]
  return serverTypes
    .filter((type) => type.architecture === architecture && type.disk >= diskGb && !isRetired(type.deprecation, nowMs))
    .flatMap((type) => placementsOf(type, nowMs))
    .filter((one) => places === undefined || places.includes(one.location))
    .filter((one) => only === undefined || (one.serverType === only && one.location === location))
    .toSorted((a, b) => {
      const [[disk, place, price], [otherDisk, otherPlace, otherPrice]] = [key(a), key(b)]
      return disk - otherDisk || place - otherPlace || price - otherPrice
    })
}

/** Whether its snapshot has proven to boot. */
export const isBootTested = ({ labels }: { readonly labels: Labels }): boolean =>
  labels[BOOT_TESTED_LABEL] !== undefined

/** Schematics with which Talos never waits for a configuration, so that it tells nothing. */
export function findBootTestProblems(images: readonly ImageRequest[]): Problem[] {
  return images.flatMap(({ choice }): Problem[] => {
    const field = 'customization.embeddedMachineConfiguration'
    const hint = 'leave --boot-test (bootTest) out, or take the configuration out of the schematic'
    const message = `${field}: with a configuration in it, Talos does not wait for one and answers only those that it knows, so a boot test can read nothing`
    if (choice.kind === 'schematic' && choice.schematic !== undefined) {
      const { file, parsed } = choice.schematic
      const at = { kind: 'file', file, ...parsed.positions.get(field) } as const
      return isConfigured(parsed.schematic) ? [{ code: 'schematic', message, at, hint }] : []
    }
    if (choice.kind !== 'url' || choice.schematic === undefined) return []
    const { schematic } = parseSchematic(choice.schematic, choice.url)
    return isConfigured(schematic) ? [{ code: 'schematic', message, at: choice.at, hint }] : []
  })
}

const isConfigured = ({ customization }: { readonly customization: Customization }): boolean =>
  customization.embeddedMachineConfiguration !== ''
