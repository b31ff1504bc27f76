/** What build servers cost while they run, as Hetzner bills them: by the hour that has begun. */

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
