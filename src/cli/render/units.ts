/** Numbers as people read them. */

/** `93 MB`, `1.2 GB`: of 1000, as Hetzner Cloud and disks count. */
export function formatBytes(bytes: number): string {
  // The limits are where rounding would reach the next unit, or the next digit.
  if (bytes >= 999.5e6) return `${(bytes / 1e9).toFixed(1)} GB`
  if (bytes >= 9.95e6) return `${Math.round(bytes / 1e6)} MB`
  const kilobytes = Math.ceil(bytes / 1000)
  return kilobytes < 1000 ? `${kilobytes} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** `0.12 GB`, as snapshots are billed; `-` while that is not known. */
export function formatGigabytes(gigabytes: number | null): string {
  if (gigabytes === null) return '-'
  return gigabytes < 0.005 ? '< 10 MB' : `${gigabytes.toFixed(2)} GB`
}

/** `0.8 s`, `12 s`, `3 min 05 s` */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** `0:12`, `12:05`, `1:02:03`: as a clock counts, for what changes while one looks at it. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value % 60).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds)}`
  return `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`
}

/** `14 MB/s` */
export function formatSpeed(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

/** `0.0064 EUR`, with as many decimals as small amounts need. */
export function formatPrice(amount: number, currency: string): string {
  if (amount > 0 && amount < 0.00005) return `< 0.0001 ${currency}`
  return `${amount.toFixed(amount < 0.1 ? 4 : 2)} ${currency}`
}

/** `2026-11-22 21:07` in UTC. */
export function formatTime(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? iso : date.toISOString().slice(0, 16).replace('T', ' ')
}
