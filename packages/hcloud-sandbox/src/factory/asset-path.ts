/** The last part of an image's path: which architecture, how compressed, or what else it is. */

import type { Architecture } from '../domain.ts'

/** How an asset is compressed; the part of the file name behind `.raw`. */
export type Compression = 'none' | 'zst' | 'xz' | 'gz'

/** Which of the disks of a schematic and a version. */
export interface DiskVariant {
  readonly architecture: Architecture
  /** As Talos names it: `hcloud`. */
  readonly platform: string
  readonly secureBoot: boolean
}

export type AssetPath =
  | ({ readonly kind: 'disk'; readonly compression: Compression } & DiskVariant)
  /** a checksum or signature, which only Enterprise factories have */
  | { readonly kind: 'enterprise' }
  /** a path that the Factory would understand, but that the emulation does not make, such as an ISO */
  | { readonly kind: 'not-made' }
  | { readonly kind: 'invalid' }

const ARCHITECTURES: Readonly<Record<string, Architecture>> = { amd64: 'x86', arm64: 'arm' }
const COMPRESSIONS: Readonly<Record<string, Compression>> = { '': 'none', '.zst': 'zst', '.xz': 'xz', '.gz': 'gz' }

/** Takes a path such as `hcloud-amd64.raw.xz` apart. The disks of all platforms hold the same data here. */
export function parseAssetPath(path: string): AssetPath {
  if (/\.(sha256|sha512|sigstore\.json)$/.test(path)) return { kind: 'enterprise' }
  const [, platform = '', arch = '', secure, suffix = ''] =
    /^([a-z-]+)-(amd64|arm64)(-secureboot)?\.raw((?:\.(?:zst|xz|gz))?)$/.exec(path) ?? []
  const architecture = ARCHITECTURES[arch]
  const compression = COMPRESSIONS[suffix]
  if (architecture !== undefined && compression !== undefined) {
    return { kind: 'disk', architecture, platform, secureBoot: secure !== undefined, compression }
  }
  return { kind: isOtherAsset(path) ? 'not-made' : 'invalid' }
}

/** `hcloud-amd64.raw.xz`: the file name of a disk image. */
export function formatAssetPath({ architecture, platform, secureBoot }: DiskVariant, compression: Compression): string {
  const name = `${platform}-${toTalosArchitecture(architecture)}${secureBoot ? '-secureboot' : ''}`
  return `${name}.raw${compression === 'none' ? '' : `.${compression}`}`
}

/** The architecture's name in Talos. */
export function toTalosArchitecture(architecture: Architecture): string {
  return architecture === 'arm' ? 'arm64' : 'amd64'
}

function isOtherAsset(path: string): boolean {
  return (
    /^(kernel|cmdline-[a-z-]+)-(amd64|arm64)$/.test(path) ||
    /^initramfs-(amd64|arm64)\.xz$/.test(path) ||
    /^([a-z-]+-)?installer-(amd64|arm64)(-secureboot)?\.tar$/.test(path) ||
    /^[a-z_-]+-(amd64|arm64)(-secureboot)?(\.iso|-uki\.efi|\.(raw|qcow2|vhd|ova)(\.(zst|xz|gz|tar\.gz))?)$/.test(path)
  )
}
