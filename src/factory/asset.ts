/** The URLs of the Image Factory's assets. Only this file knows Talos's names of the architectures. */

import { COMPRESSIONS } from '../compressions.ts'
import type { Architecture } from '../domain.ts'

/** The public Image Factory. Source: Talos documentation. */
export const FACTORY_URL = 'https://factory.talos.dev'

/** Which raw disk, however it is compressed. */
export interface FactoryAsset {
  readonly schematicId: string
  /** Such as `v1.12.2`. */
  readonly talosVersion: string
  readonly architecture: Architecture
}

export type DiskSuffix = `.raw${string}`

/** The suffixes that the Factory knows for a disk image, best first. */
export const DISK_SUFFIXES: readonly DiskSuffix[] = COMPRESSIONS.filter(({ isInFactory }) => isInFactory).map(
  ({ suffix }) => `.raw${suffix}` as const,
)

const TALOS_ARCHITECTURE = { arm: 'arm64', x86: 'amd64' } as const satisfies Record<Architecture, string>

/** The architecture's name in Talos. */
export const talosArchitecture = (architecture: Architecture): string => TALOS_ARCHITECTURE[architecture]

/** `<factory>/image/<schematic>/<version>/hcloud-<arm64|amd64><suffix>` */
export function assetUrl(factoryUrl: string, asset: FactoryAsset, suffix: DiskSuffix): string {
  const name = `hcloud-${TALOS_ARCHITECTURE[asset.architecture]}${suffix}`
  return `${factoryUrl}/image/${asset.schematicId}/${asset.talosVersion}/${name}`
}

/** The reference of the installer that belongs to an image, for `talosctl upgrade --image`. */
export function installerReference(
  factoryUrl: string,
  asset: Pick<FactoryAsset, 'schematicId' | 'talosVersion'>,
): string {
  return `${new URL(factoryUrl).host}/hcloud-installer/${asset.schematicId}:${asset.talosVersion}`
}

const ASSET_PATH = /^\/image\/([0-9a-f]{64})\/(v[^/?#]+)\/hcloud-(arm64|amd64)(\.raw(?:\.\w+)?)$/

/** The asset that a URL of this Factory names; undefined for any other URL. */
export function parseAssetUrl(url: string, factoryUrl: string): FactoryAsset | undefined {
  if (!url.startsWith(`${factoryUrl}/`)) return undefined
  const [, schematicId, talosVersion, architecture, suffix] = ASSET_PATH.exec(url.slice(factoryUrl.length)) ?? []
  if (schematicId === undefined || talosVersion === undefined) return undefined
  if (!DISK_SUFFIXES.some((known) => known === suffix)) return undefined
  return { schematicId, talosVersion, architecture: architecture === 'arm64' ? 'arm' : 'x86' }
}
