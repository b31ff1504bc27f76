/** What to do when the build server cannot reach what it downloads from. */

import type { PlannedImage } from '../../plan/plan.ts'

/** curl's words for: no such host, nobody there, no answer in time. Source: curl's manual page, exit codes. */
const UNREACHABLE = /curl: \((?:6|7|28)\)/

/** @returns undefined when the addresses of the server are no likely reason */
export function downloadHint(message: string, { server: { ipv4, ipv6 } }: PlannedImage): string | undefined {
  if (ipv4 || !UNREACHABLE.test(message)) return undefined
  const instead = 'or send the disk from here (--image-file)'
  return ipv6
    ? `the build server has IPv6 alone, and the host may not: let it have IPv4, too (--ip-family any), ${instead}`
    : `the build server has no public address: its network needs a route 0.0.0.0/0 to a server that does NAT, ${instead}`
}
