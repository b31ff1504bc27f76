/** Finds out what one image's disk will be, and makes the Factory start making it. */

import { COMPRESSION_TITLES } from '../compressions.ts'
import { architectureTitle } from '../domain.ts'
import { type Origin, type Problem, TalosImageError } from '../errors.ts'
import {
  assetUrl,
  DISK_SUFFIXES,
  type DiskSuffix,
  FACTORY_URL,
  type FactoryAsset,
  installerReference,
  parseAssetUrl,
} from '../factory/asset.ts'
import type { AssetAnswer, FactoryClient } from '../factory/client.ts'
import { isRefusal, refusalHint } from '../factory/transport.ts'
import { inspectFile, sha256OfFile } from '../source/inspect-file.ts'
import { inspectUrl } from '../source/inspect-url.ts'
import type { SourceFacts } from '../source/source.ts'
import { checkExtensions } from './extensions.ts'
import type { ResolvedSource } from './plan.ts'
import type { ImageRequest, SchematicFile } from './request.ts'

export interface SourceLookUp {
  readonly factory: FactoryClient
  readonly talosVersion: string
  readonly signal: AbortSignal
  /** Whether only the very form is taken that Packer would be given: xz, or that of a user's URL. */
  readonly forPacker?: boolean | undefined
}

/** The problems of a schematic that only the Factory knows of: extensions that this version does not have. */
export async function checkSchematicFile(schematic: SchematicFile, look: SourceLookUp): Promise<readonly Problem[]> {
  if (schematic.parsed.schematic.customization.systemExtensions.officialExtensions.length === 0) return []
  const offered = await look.factory.extensions(look.talosVersion, look.signal)
  return checkExtensions(schematic.parsed, offered, look.talosVersion, schematic.file)
}

/**
 * @param submitted the schematic ID, for images that are made from a schematic
 * @throws TalosImageError `source`, `factory` or `network`
 */
export async function lookUpSource(
  image: ImageRequest,
  submitted: string | undefined,
  look: SourceLookUp,
): Promise<ResolvedSource> {
  const { choice } = image
  switch (choice.kind) {
    case 'schematic': {
      if (submitted === undefined) throw new RangeError(`no schematic was submitted for ${image.name}`)
      return lookUpAsset(
        { schematicId: submitted, talosVersion: look.talosVersion, architecture: image.architecture },
        look,
      )
    }
    case 'schematic-id': {
      const { talosVersion } = look
      return lookUpAsset({ schematicId: choice.id, talosVersion, architecture: image.architecture }, look, choice.at)
    }
    case 'url': {
      if (choice.schematic !== undefined) await look.factory.submitSchematic(choice.schematic, look.signal)
      const asset = parseAssetUrl(choice.url, look.factory.url) ?? parseAssetUrl(choice.url, look.factory.publicUrl)
      // A pinned hash belongs to the very file that the URL names, not to the same disk in other wrappings.
      if (asset !== undefined && image.sha256 === undefined) {
        return lookUpAsset(asset, look, choice.at, suffixOf(choice.url))
      }
      const url = toEmulated(choice.url, look.factory)
      const { facts, urls } = await inspect(url, look, choice.at)
      assertCheckable(facts, image, choice.at)
      const { schematicId: id, installer } = ofAsset(asset, look)
      const publicUrl = toPublic(choice.url, look.factory)
      const source = { kind: 'url', url, ...(publicUrl === url ? {} : { publicUrl }) } as const
      return { source, facts, schematicId: id, installer, urls }
    }
    case 'file': {
      const facts = await inspectFile(choice.path, choice.at)
      const sha256 = await sha256OfFile(choice.path, look.signal)
      if (image.sha256 !== undefined && image.sha256 !== sha256) {
        throw new TalosImageError({
          code: 'source',
          message: `${choice.path} has the SHA-256 ${sha256}, not ${image.sha256}`,
          at: choice.at,
          hint: 'the file is another one, or the hash is: that of --sha256, or one that the commands of the template check',
        })
      }
      const source = { kind: 'file', path: choice.path, sha256 } as const
      return { source, facts, schematicId: undefined, installer: undefined }
    }
    case 'stdin':
      return {
        source: { kind: 'stdin' },
        facts: { compression: 'none', transferBytes: undefined, rawBytes: undefined },
        schematicId: undefined,
        installer: undefined,
      }
  }
}

/** Where Talos's own images are: in the sandbox, the emulated Factory has those of both. */
const RELEASES = 'https://github.com/siderolabs/talos/releases/download/'

/** The URL, or that of the same image in the sandbox, which is to work without the internet. */
function toEmulated(url: string, { url: own, publicUrl }: FactoryClient): string {
  const isEmulated = own !== publicUrl && publicUrl === FACTORY_URL
  if (!isEmulated || !(url.startsWith(`${publicUrl}/image/`) || url.startsWith(RELEASES))) return url
  return `${own}${new URL(url).pathname}`
}

/** What the address is elsewhere: not the port of a sandbox, which is another one each time. */
const toPublic = (url: string, { url: own, publicUrl }: FactoryClient): string =>
  url.startsWith(`${own}/`) ? `${publicUrl}${url.slice(own.length)}` : url

/** A truncated download of a plain disk of unknown length could not be noticed. */
function assertCheckable({ compression, transferBytes }: SourceFacts, { sha256 }: ImageRequest, at: Origin): void {
  if (compression !== 'none' || transferBytes !== undefined || sha256 !== undefined) return
  throw new TalosImageError({
    code: 'source',
    message:
      'the server of the image URL does not say how large the disk is, so that a download that breaks off would go unnoticed',
    at,
    hint: `pin its hash with --sha256, or offer it packed with ${COMPRESSION_TITLES}`,
  })
}

/**
 * The best form that the Factory has of an asset.
 * @param at where its URL was given, if a user gave one: that there is no such disk is that user's mistake then
 * @param own the one form that Packer would be given
 */
async function lookUpAsset(
  asset: FactoryAsset,
  look: SourceLookUp,
  at?: Origin,
  own: DiskSuffix = '.raw.xz',
): Promise<ResolvedSource> {
  const refusals: Refusal[] = []
  let isMissing = true
  let wasFault = false
  for (const suffix of look.forPacker === true ? [own] : DISK_SUFFIXES) {
    const url = assetUrl(look.factory.url, asset, suffix)
    const answer = await look.factory.probe(url, look.signal)
    if (answer.status === 200) {
      const { publicUrl } = look.factory
      const factory = publicUrl === FACTORY_URL ? {} : { factory: publicUrl }
      const source = { kind: 'factory', url, asset, ...factory } as const
      return { source, ...(await inspect(url, look)), ...ofAsset(asset, look) }
    }
    refusals.push({ suffix, message: answer.message })
    if (isRefusal(answer.status)) throw refused(url, answer, at)
    const isFault = answer.status >= 500
    isMissing = !isFault && answer.status !== 429
    // One form may be at fault alone, such as when its compression fails; a second one says that it is the Factory.
    if (isFault && !wasFault) wasFault = true
    else if (answer.status !== 404 && answer.status !== 400) break
  }
  if (!isMissing) {
    throw new TalosImageError({
      code: 'factory',
      message: `the Image Factory could not be asked for the ${architectureTitle(asset.architecture)} disk of Talos ${asset.talosVersion}: ${summarize(refusals)}`,
      at,
      hint: 'a fault on the side of the Image Factory: try again later',
    })
  }
  throw new TalosImageError({
    code: at !== undefined ? 'source' : 'factory',
    message: `the Image Factory has no ${architectureTitle(asset.architecture)} disk of Talos ${asset.talosVersion} for the schematic ${asset.schematicId}: ${summarize(refusals)}`,
    at,
    hint: 'check the version, and that the schematic was submitted to this Factory',
  })
}

async function inspect(
  url: string,
  { signal, factory: { fetch } }: SourceLookUp,
  at?: Origin,
): Promise<{ facts: SourceFacts; urls: readonly string[] }> {
  const urls = new Set([url])
  const facts = await inspectUrl(url, { at, signal, fetch, onFinalUrl: (final) => urls.add(final) })
  return { facts, urls: [...urls] }
}

function refused(url: string, { status, message }: AssetAnswer, at: Origin | undefined): TalosImageError {
  return new TalosImageError({
    code: 'factory',
    message: `the Image Factory refuses ${url}: ${message}`,
    at,
    hint: refusalHint(status),
  })
}

interface Refusal {
  readonly suffix: string
  readonly message: string
}

/** Each form with its reason, or the reason once when it is the same for all. */
function summarize(refusals: readonly Refusal[]): string {
  const reasons = new Set(refusals.map(({ message }) => message))
  if (reasons.size === 1) return [...reasons].join()
  return refusals.map(({ suffix, message }) => `${suffix}: ${message}`).join('; ')
}

function ofAsset(
  asset: FactoryAsset | undefined,
  look: SourceLookUp,
): { schematicId: string | undefined; installer: string | undefined } {
  if (asset === undefined) return { schematicId: undefined, installer: undefined }
  return { schematicId: asset.schematicId, installer: installerReference(look.factory.publicUrl, asset) }
}

/** How the asset is packed that a URL names. */
const suffixOf = (url: string): DiskSuffix => DISK_SUFFIXES.find((suffix) => url.endsWith(suffix)) ?? '.raw'
