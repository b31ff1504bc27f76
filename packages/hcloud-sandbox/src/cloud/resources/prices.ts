/** What things cost, as text with four places, net and with VAT. */

import { LOCATIONS } from './locations.ts'

/** Percent; Germany's. */
export const VAT_RATE = 19

/** A month is billed as at most this many hours. */
const HOURS_A_MONTH = 624

/** Overseas costs more, and holds less traffic. */
const SURCHARGE: Readonly<Record<string, number>> = { ash: 1.2, hil: 1.2, sin: 1.6 }

/** An amount of EUR without VAT as the API writes it. */
export function toPrice(net: number) {
  return { net: net.toFixed(4), gross: (net * (1 + VAT_RATE / 100)).toFixed(4) }
}

/** The prices of a server type at each location that offers it. @param type `monthly`: EUR without VAT, in Europe */
export function serverTypePrices(type: { monthly: number; locations: readonly { readonly name: string }[] }) {
  return type.locations.map(({ name }) => {
    const monthly = type.monthly * (SURCHARGE[name] ?? 1)
    return {
      location: name,
      price_hourly: toPrice(monthly / HOURS_A_MONTH),
      price_monthly: toPrice(monthly),
      included_traffic: includedTraffic(name),
      price_per_tb_traffic: toPrice(name === 'sin' ? 7.4 : 1),
    }
  })
}

/** Bytes a month that cost nothing extra. */
export function includedTraffic(location: string): number {
  return (SURCHARGE[location] === undefined ? 20 : 1) * 1024 ** 4
}

/** The prices of a primary or floating IP, the same everywhere. */
export function addressPrices(monthly: number) {
  return LOCATIONS.map(({ name }) => ({
    location: name,
    price_hourly: toPrice(monthly / HOURS_A_MONTH),
    price_monthly: toPrice(monthly),
  }))
}
