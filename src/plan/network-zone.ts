/** Whether a build server at the chosen location can be in its networks. */

import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'
import type { Location } from '../hetzner/wire.ts'

/**
 * @param zones the network zones that all networks of the server reach; undefined: any
 * @returns what is wrong; undefined too for a location that does not exist, which others tell
 */
export function findZoneProblem(
  { value, origin }: Sourced<string>,
  zones: readonly string[] | undefined,
  locations: readonly Location[],
): Problem | undefined {
  const location = locations.find(({ name }) => name === value)
  if (zones === undefined || location === undefined || zones.includes(location.network_zone)) return undefined
  const reached = locations.filter(({ network_zone }) => zones.includes(network_zone)).map(({ name }) => name)
  return {
    code: 'config',
    message: `the location "${value}" is in the network zone ${location.network_zone}, which the networks of the build server do not reach`,
    at: origin,
    hint: `they reach ${reached.length === 0 ? 'no location' : `the locations ${reached.join(', ')}`}: set server_location to one of them, or add a subnet`,
  }
}
