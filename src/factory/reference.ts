/** What people note down of an image beside its URL: the page of the Factory on which it was put together, or its installer. */

import { EMPTY_SCHEMATIC, parseSchematic, schematicId } from 'talos-schematic'
import type { Architecture } from '../domain.ts'
import { assetUrl, FACTORY_URL } from './asset.ts'

/** The disk that a page or an installer stands for. */
export interface FactoryReference {
  readonly url: string
  /** Of a page: the schematic that it describes, which the Factory may not have yet. */
  readonly schematic?: string | undefined
  /** What it says of another kind of machine, and what is not made for Hetzner Cloud. */
  readonly oddity?: string | undefined
}

const INSTALLER =
  /^(?:https?:\/\/|docker:\/\/)?([\w.-]+(?::\d+)?)\/(?:(\w+)-)?installer(-secureboot)?\/([0-9a-f]{64}):(v?\d[\w.-]*)(?:@sha256:[0-9a-f]{64})?$/
/** The one that Talos is released with, without extensions. */
const RELEASED = /^(?:docker:\/\/)?ghcr\.io\/siderolabs\/installer:(v?\d[\w.-]*)(?:@sha256:[0-9a-f]{64})?$/

/**
 * @param architecture that of the image, unless the text says another
 * @returns undefined for any other text
 */
export function parseFactoryReference(text: string, architecture: Architecture): FactoryReference | undefined {
  const [, released] = RELEASED.exec(text) ?? []
  if (released !== undefined) {
    const asset = { schematicId: schematicId(EMPTY_SCHEMATIC), talosVersion: toVersion(released), architecture }
    return { url: assetUrl(FACTORY_URL, asset, '.raw.xz') }
  }
  const [, host, platform, secureBoot, id, version] = INSTALLER.exec(text) ?? []
  if (host !== undefined && id !== undefined && version !== undefined) {
    const asset = { schematicId: id, talosVersion: toVersion(version), architecture }
    return {
      url: assetUrl(`https://${host}`, asset, '.raw.xz'),
      oddity: describeOddity(platform, secureBoot !== undefined),
    }
  }
  return parsePage(text, architecture)
}

const toVersion = (text: string): string => text.replace(/^(?=\d)/, 'v')

function describeOddity(platform: string | null | undefined, isSecureBoot: boolean): string | undefined {
  if (isSecureBoot) return 'it is for secure boot, which servers at Hetzner do not have'
  if ((platform ?? '') === '' || platform === 'hcloud') return undefined
  return `it is for the platform "${platform}"`
}

/** `https://factory.talos.dev/?arch=amd64&extensions=siderolabs/iscsi-tools&platform=hcloud&target=cloud&version=1.11.5` */
function parsePage(text: string, architecture: Architecture): FactoryReference | undefined {
  if (!/^https?:\/\/[^/]+\/\?/.test(text) || !URL.canParse(text)) return undefined
  const { origin, searchParams: page } = new URL(text)
  const version = page.get('version')
  if (version === null || !/^v?\d+\.\d+\.\d+/.test(version)) return undefined
  const schematic = JSON.stringify({
    customization: {
      // A page without them has a dash in their place.
      ...listOf('extraKernelArgs', (page.get('cmdline') ?? '').split(/\s+/)),
      ...(page.getAll('extensions').some((name) => name !== '-' && name !== '')
        ? {
            systemExtensions: listOf(
              'officialExtensions',
              page.getAll('extensions').flatMap((one) => one.split(',')),
            ),
          }
        : {}),
      ...(['sd-boot', 'dual-boot', 'grub'].includes(page.get('bootloader') ?? '')
        ? { bootloader: page.get('bootloader') }
        : {}),
    },
  })
  const named = { amd64: 'x86', arm64: 'arm' } as const
  const arch = page.get('arch')
  const asset = {
    schematicId: schematicId(parseSchematic(schematic, text).schematic),
    talosVersion: toVersion(version),
    architecture: arch === 'amd64' || arch === 'arm64' ? named[arch] : architecture,
  }
  const platform = page.get('platform') ?? (page.get('target') === 'cloud' ? undefined : page.get('target'))
  const oddity = describeOddity(platform, page.get('secureboot') === 'true')
  return { url: assetUrl(origin, asset, '.raw.xz'), schematic, oddity }
}

const listOf = (name: string, items: readonly string[]): Readonly<Record<string, readonly string[]>> => {
  const own = items.filter((item) => item !== '' && item !== '-')
  return own.length === 0 ? {} : { [name]: own }
}
