/** `/locations`. Source of the data: the provider's public documentation, 2026. */

import { defineResource } from '../resource.ts'

export interface CatalogueLocation {
  readonly id: number
  readonly name: string
  readonly description: string
  readonly city: string
  readonly country: string
  readonly latitude: number
  readonly longitude: number
  readonly network_zone: string
}

/** The locations that the emulated cloud has, as the API shows them. */
export const LOCATIONS: readonly CatalogueLocation[] = [
  location(1, 'fsn1', 'Falkenstein DC Park 1', 'Falkenstein', 'DE', 50.47612, 12.370071, 'eu-central'),
  location(2, 'nbg1', 'Nuremberg DC Park 1', 'Nuremberg', 'DE', 49.452102, 11.076665, 'eu-central'),
  location(3, 'hel1', 'Helsinki DC Park 1', 'Helsinki', 'FI', 60.169855, 24.938379, 'eu-central'),
  location(4, 'ash', 'Ashburn, VA', 'Ashburn, VA', 'US', 39.045821, -77.487073, 'us-east'),
  location(5, 'hil', 'Hillsboro, OR', 'Hillsboro, OR', 'US', 45.54222, -122.951924, 'us-west'),
  location(6, 'sin', 'Singapore', 'Singapore', 'SG', 1.283333, 103.833333, 'ap-southeast'),
]

export const locationResource = defineResource({
  path: 'locations',
  key: 'location',
  title: 'location',
  all: () => LOCATIONS,
  filters: { name: ({ name }) => name },
  sort: { id: ({ id }) => id, name: ({ name }) => name },
  show: (location) => location,
})

/** A location by its name or by its ID, which may be written as text. */
export function findLocation(idOrName: string | number): CatalogueLocation | undefined {
  return LOCATIONS.find(({ id, name }) => name === idOrName || String(id) === String(idOrName))
}

function location(
  id: number,
  name: string,
  description: string,
  city: string,
  country: string,
  latitude: number,
  longitude: number,
  network_zone: string,
): CatalogueLocation {
  return { id, name, description, city, country, latitude, longitude, network_zone }
}
