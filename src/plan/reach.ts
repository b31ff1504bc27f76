/** Whether build servers can reach where their disks come from, as far as its addresses tell. */

import { lookup } from 'node:dns/promises'
import type { Problem } from '../errors.ts'
import { isLoopbackHost, toProxy } from '../util/proxies.ts'
import type { ResolvedSource } from './plan.ts'
import type { ImageRequest } from './request.ts'

/** The addresses of a host. Rejects when they cannot be found. */
export type FindAddresses = (host: string) => Promise<readonly { readonly family: number }[]>

const findAddresses: FindAddresses = (host) => lookup(host, { all: true })

/**
 * Build servers with IPv6 alone, and hosts without an IPv6 address: the one of the URL, and the one that it redirects to. The
 * public Image Factory has none (image-factory #60). With a proxy for the download, its host is what counts. A host of this computer is one of a sandbox, whose servers reach it.
 * @returns what cannot work, and what is not known to work
 */
export async function checkReach(
  images: readonly ImageRequest[],
  sources: readonly (ResolvedSource | undefined)[],
  find: FindAddresses = findAddresses,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> {
  const wanted = images.flatMap(({ server: { ipv4, ipv6, downloadProxy } }, index) => {
    const proxy = downloadProxy && toProxy(downloadProxy.value, '')
    const urls = (sources[index]?.urls ?? []).map((url) => proxy?.url ?? url)
    return ipv4.value || !ipv6.value ? [] : urls.map((url) => ({ host: new URL(url).hostname, at: ipv4.origin }))
  })
  const unique = [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()]
  const answers = await Promise.all(unique.map(async (one) => ({ ...one, reach: await reachOf(one.host, find) })))
  return {
    problems: answers.flatMap(({ host, at, reach }): Problem[] =>
      reach !== 'none'
        ? []
        : [
            {
              code: 'config',
              message: `the build server would have IPv6 alone, but ${host} has no IPv6 address, so it could not download the disk`,
              at,
              hint: 'let it have IPv4, too (--ip-family any), or send the disk from here (--image-file)',
            },
          ],
    ),
    warnings: answers.flatMap(({ host, at, reach }): Problem[] =>
      reach !== 'unknown'
        ? []
        : [
            {
              code: 'config',
              message: `the build server would have IPv6 alone, and it is not known whether ${host} has an IPv6 address`,
              at,
              hint: 'its name cannot be looked up here; without such an address the download fails',
            },
          ],
    ),
  }
}

/** @param host as a URL has it: an IPv6 address stands in brackets */
async function reachOf(host: string, find: FindAddresses): Promise<'some' | 'none' | 'unknown'> {
  if (isLoopbackHost(host) || host.startsWith('[')) return 'some'
  if (/^\d+(?:\.\d+){3}$/.test(host)) return 'none'
  try {
    return (await find(host)).some(({ family }) => family === 6) ? 'some' : 'none'
  } catch {
    return 'unknown'
  }
}
