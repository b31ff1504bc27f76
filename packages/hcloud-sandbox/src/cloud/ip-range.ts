/** IPv4 ranges in CIDR notation, as numbers. */

import { isIPv4, isIPv6 } from 'node:net'

export interface IpRange {
  /** The first address. */
  readonly first: number
  /** The last address. */
  readonly last: number
}

/** @returns undefined for what is no IPv4 range, or has host bits */
export function parseRange(text: string): IpRange | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/')
  if (!isIPv4(address) || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32 || rest.length > 0) return undefined
  const first = toNumber(address)
  const size = 2 ** (32 - Number(prefix))
  return first % size === 0 ? { first, last: first + size - 1 } : undefined
}

/** Whether all of `inner` is in `outer`. */
export function contains(outer: IpRange, inner: IpRange): boolean {
  return outer.first <= inner.first && inner.last <= outer.last
}

export function overlap(a: IpRange, b: IpRange): boolean {
  return a.first <= b.last && b.first <= a.last
}

export function sizeOf({ first, last }: IpRange): number {
  return last - first + 1
}

/** `10.0.0.0/24`; the range must be one that a prefix can say. */
export function formatRange(range: IpRange): string {
  return `${formatAddress(range.first)}/${32 - Math.log2(sizeOf(range))}`
}

export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

export function formatAddress(number: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.')
}

/** Whether a text is a network or a single host of either family in CIDR notation. */
export function isCidr(text: string): boolean {
  if (parseRange(text) !== undefined) return true
  const [address = '', prefix = '', ...rest] = text.split('/')
  return isIPv6(address) && /^\d{1,3}$/.test(prefix) && Number(prefix) <= 128 && rest.length === 0
}
