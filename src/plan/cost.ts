/** What a plan will cost. */

import type { Pricing } from '../hetzner/wire.ts'
import type { Cost, PlannedImage } from './plan.ts'

/**
 * What the servers and the snapshots of images will cost.
 * @internal
 */
export function costOf(images: readonly PlannedImage[], pricing: Pricing | undefined): Cost {
  if (pricing === undefined) {
    return { currency: undefined, build: undefined, addressPerHour: new Map(), snapshotsPerMonth: undefined }
  }
  const toBuild = images.filter(({ existing }) => existing === undefined)
  const servers = images.flatMap(({ existing, placements: [first], bootTest, server }) => [
    ...(existing === undefined ? [{ first, server }] : []),
    ...(bootTest === undefined ? [] : [{ first: bootTest.placements[0], server }]),
  ])
  const addresses = pricing.primary_ips.find(({ type }) => type === 'ipv4')?.prices ?? []
  const addressPerHour = new Map(addresses.map(({ location, price_hourly }) => [location, Number(price_hourly.net)]))
  const build = servers.map(({ first, server: { ipv4 } }) => {
    return first && sum([first.pricePerHour, ipv4 ? addressPerHour.get(first.location) : 0])
  })
  const perGb = Number(pricing.image.price_per_gb_month.net)
  const snapshots = toBuild.map(({ sourceFacts: { transferBytes } }) =>
    transferBytes === undefined ? undefined : (transferBytes / 1e9) * perGb,
  )
  return { currency: pricing.currency, build: sum(build), addressPerHour, snapshotsPerMonth: sum(snapshots) }
}

/**
 * The sum; undefined when one of the amounts is unknown.
 * @internal
 */
export function sum(amounts: readonly (number | undefined)[]): number | undefined {
  let total = 0
  for (const amount of amounts) {
    if (amount === undefined || !Number.isFinite(amount)) return undefined
    total += amount
  }
  return total
}
