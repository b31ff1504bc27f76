/** What can be had where. */

import { type CatalogueServerType, isRetired } from './catalogue/server-types.ts'

/**
 * Whether a server type can be had at a location now.
 * @param outOfStock entries as `cax11@fsn1`, `cax11` or `@fsn1`
 */
export function isAvailable(
  type: CatalogueServerType,
  location: string,
  outOfStock: readonly string[],
  now: number,
): boolean {
  const offer = type.locations.find(({ name }) => name === location)
  if (offer === undefined || isRetired(offer.retirement, now)) return false
  return ![`${type.name}@${location}`, type.name, `@${location}`].some((entry) => outOfStock.includes(entry))
}
