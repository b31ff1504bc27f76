import { findLocation } from '../catalogue/locations.ts'
import { serverTypePrices } from '../catalogue/prices.ts'
import { type CatalogueServerType, isRetired } from '../catalogue/server-types.ts'
import { isAvailable } from '../stock.ts'

/** A server type as the API shows it, with what is in stock now. */
export function formatServerType(type: CatalogueServerType, outOfStock: readonly string[], now: number) {
  const retirements = type.locations.map(({ retirement }) => retirement)
  return {
    id: type.id,
    name: type.name,
    description: type.name.toUpperCase(),
    cores: type.cores,
    memory: type.memory,
    disk: type.disk,
    deprecated: retirements.every((retirement) => retirement !== null),
    prices: serverTypePrices(type),
    storage_type: 'local',
    cpu_type: type.cpuType,
    category: type.category,
    architecture: type.architecture,
    deprecation: retirements.every((retirement) => retirement !== null) ? (retirements[0] ?? null) : null,
    locations: type.locations.map(({ name, retirement }) => {
      const available = isAvailable(type, name, outOfStock, now)
      return {
        id: findLocation(name)?.id ?? 0,
        name,
        deprecation: retirement,
        available,
        recommended: available && !isRetired(retirement, now),
      }
    }),
  }
}
