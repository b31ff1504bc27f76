/** What to do when the build server cannot reach what it downloads from. */

import type { PlannedImage } from '../../plan/plan.ts'

/** curl's words for: no such host, nobody there, no answer in time. Source: curl's manual page, exit codes. */
const UNREACHABLE = /curl: \((?:6|7|28)\)/

/** curl's words for: nobody that it trusts vouches for this server. */
const UNTRUSTED = /curl: \((?:60|77)\)/

/** @returns undefined when neither certificates nor the addresses of the server are a likely reason */
export function downloadHint(message: string, { server: { ipv4, ipv6 } }: PlannedImage): string | undefined {
  if (UNTRUSTED.test(message)) {
    return 'the build server does not know that certificate authority: TALOS_IMAGE_FACTORY_CA=FILE makes it known, for the Image Factory'
  }
  if (ipv4 || !UNREACHABLE.test(message)) return undefined
  const instead = 'or send the disk from here (--image-file)'
  return ipv6
    ? `the build server has IPv6 alone, and the host may not: let it have IPv4, too (--ip-family any), ${instead}`
    : `the build server has no public address: its network needs a route 0.0.0.0/0 to a server that does NAT, ${instead}`
}
