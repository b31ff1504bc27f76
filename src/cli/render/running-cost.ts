/** What build servers cost while they run, as Hetzner bills them: by the hour that has begun. */

import type { TimedServer } from '../../report/timeline.ts'

/** Net prices. */
export interface Rates {
  readonly currency: string
  /** Of a server's IPv4 address for an hour, by location. */
  readonly addressPerHour: ReadonlyMap<string, number>
}

/** A server that runs, or ran. */
export interface Rental {
  /** Server and address together; undefined when the API names no price. */
  readonly pricePerHour: number | undefined
  readonly fromMs: number
  /** undefined while it runs. */
  readonly untilMs: number | undefined
}

const HOUR_MS = 3_600_000

/** What the rentals cost up to now; undefined when one of the prices is unknown, or nothing was rented. */
export function costOf(rentals: readonly Rental[], nowMs: number): number | undefined {
  let total = 0
  for (const { pricePerHour, fromMs, untilMs } of rentals) {
    if (pricePerHour === undefined) return undefined
    total += pricePerHour * Math.max(1, Math.ceil(((untilMs ?? nowMs) - fromMs) / HOUR_MS))
  }
  return rentals.length === 0 ? undefined : total
}

/** What a server costs for an hour, with its IPv4 address; undefined when the API names no price. */
export function hourlyPrice(
  { pricePerHour, ipv4, location }: { pricePerHour: number | undefined; ipv4: boolean; location: string },
  rates: Pick<Rates, 'addressPerHour'> | undefined,
): number | undefined {
  const address = ipv4 ? (rates?.addressPerHour.get(location) ?? 0) : 0
  return pricePerHour === undefined ? undefined : pricePerHour + address
}

/** What servers of a run have cost; undefined when a price is unknown, or nothing was rented. */
export function costOfServers(
  servers: readonly TimedServer[],
  rates: Pick<Rates, 'addressPerHour'>,
): number | undefined {
  const rentals = servers.map(({ pricePerHour, ipv4, location, seconds }): Rental => {
    const price = hourlyPrice({ pricePerHour: pricePerHour ?? undefined, ipv4, location }, rates)
    return { pricePerHour: price, fromMs: 0, untilMs: seconds * 1000 }
  })
  return costOf(rentals, 0)
}
