/** Where the disk of a template's image comes from, and how a template is given another one. */

import { EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import type { TemplateImage } from '../config/template/images.ts'
import type { Template } from '../config/template/template.ts'
import { ARCHITECTURES, type Architecture } from '../domain.ts'
import type { Problem } from '../errors.ts'
import { assetUrl, FACTORY_URL, parseAssetUrl } from '../factory/asset.ts'
import type { PlanRequest, SchematicFile, SourceChoice } from './request.ts'

/** Variables by which a template is given another image than its own. */
const IMAGE_URLS = { arm: 'image_url_arm', x86: 'image_url_x86' } as const satisfies Record<Architecture, string>

/** What the variables of the template are to be instead of their own values. */
export function toOverrides(
  { variables: { talosVersion }, bareVersion = false }: PlanRequest,
  template: Template,
  schematic: SchematicFile | undefined,
): Map<string, string> {
  const overrides = new Map<string, string>()
  if (template.variables.has('talos_version')) {
    overrides.set('talos_version', bareVersion ? talosVersion.value.replace(/^v/, '') : talosVersion.value)
  }
  if (schematic === undefined) return overrides
  const id = schematicId(schematic.parsed.schematic)
  for (const architecture of ARCHITECTURES) {
    const asset = { schematicId: id, talosVersion: talosVersion.value, architecture }
    if (template.variables.has(IMAGE_URLS[architecture])) {
      overrides.set(IMAGE_URLS[architecture], assetUrl(FACTORY_URL, asset, '.raw.xz'))
    }
  }
  return overrides
}

export interface Choosing {
  readonly image: TemplateImage
  readonly architecture: Architecture
  readonly given: SchematicFile | undefined
  readonly overrides: ReadonlyMap<string, string>
}

/** Where the disk comes from: what was asked for, or what the template's commands write. */
export function chooseTemplateSource(
  request: PlanRequest,
  { image, architecture, given, overrides }: Choosing,
): SourceChoice | Problem {
  const { url, urlVariable } = image
  if (request.localImage !== undefined) return request.localImage
  if (given !== undefined) {
    if (url.value === overrides.get(IMAGE_URLS[architecture])) return { kind: 'schematic', schematic: given }
    return {
      code: 'config',
      message: `the image of "${image.source}" cannot be made from ${given.file}: the template does not build what a variable ${IMAGE_URLS[architecture]} says`,
      at: url.origin,
      hint: `let it take its image from a variable "${IMAGE_URLS[architecture]}" when that is not null, or leave the schematic out`,
    }
  }
  const asset = parseAssetUrl(url.value, FACTORY_URL)
  const isDefault =
    urlVariable === undefined &&
    asset?.schematicId === schematicId(EMPTY_SCHEMATIC) &&
    asset.talosVersion === request.variables.talosVersion.value &&
    asset.architecture === architecture
  if (isDefault) return { kind: 'schematic', schematic: undefined }
  return { kind: 'url', url: url.value, at: url.origin, variable: urlVariable }
}
