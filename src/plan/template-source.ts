/** Where the disk of a template's image comes from, and how a template is given another one. */

import { relative } from 'node:path'
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
  schematicFor: (architecture: Architecture) => SchematicFile | undefined,
): Map<string, string> {
  const overrides = new Map<string, string>()
  if (template.variables.has('talos_version')) {
    overrides.set('talos_version', bareVersion ? talosVersion.value.replace(/^v/, '') : talosVersion.value)
  }
  for (const architecture of ARCHITECTURES) {
    const schematic = schematicFor(architecture)
    if (schematic === undefined) continue
    const asset = {
      schematicId: schematicId(schematic.parsed.schematic),
      talosVersion: talosVersion.value,
      architecture,
    }
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
  const { disk, urlVariable, sha256 } = image
  if (request.localImage !== undefined) return request.localImage
  if (given !== undefined) {
    const isPutIn = disk.value.kind === 'url' && disk.value.url === overrides.get(IMAGE_URLS[architecture])
    if (disk.value.kind === 'schematic' || isPutIn) return { kind: 'schematic', schematic: given }
    return {
      code: 'config',
      message: `the image of "${image.source}" cannot be made from ${given.file}: the template does not build what a variable ${IMAGE_URLS[architecture]} says`,
      at: disk.origin,
      hint: `let it take its image from a variable "${IMAGE_URLS[architecture]}" when that is not null, or leave the schematic out`,
    }
  }
  if (disk.value.kind === 'file') return { kind: 'file', path: disk.value.path, at: disk.origin, isOfTemplate: true }
  if (disk.value.kind === 'schematic') return toSchematicProblem(disk, request.template?.cwd)
  const { url } = disk.value
  const asset = parseAssetUrl(url, FACTORY_URL)
  const isDefault =
    urlVariable === undefined &&
    sha256 === undefined &&
    asset?.schematicId === schematicId(EMPTY_SCHEMATIC) &&
    asset.talosVersion === request.variables.talosVersion.value &&
    asset.architecture === architecture
  if (isDefault) return { kind: 'schematic', schematic: undefined }
  return { kind: 'url', url, at: disk.origin, variable: urlVariable, schematic: request.pages?.get(url) }
}

function toSchematicProblem({ value, origin: at }: TemplateImage['disk'], cwd = '/'): Problem {
  const file = value.kind === 'schematic' ? value.file : undefined
  const name = file === undefined ? 'FILE, with the schematic in it' : relative(cwd, file)
  return {
    code: 'config',
    message: 'the commands send a schematic to the Image Factory, which only a build server would do',
    at,
    hint: `give --schematic ${name}: then the image is made of it, with what the template says of the snapshot`,
  }
}

/** Whether a disk is the one that the template writes. */
export function isOfTemplate(choice: SourceChoice): boolean {
  return choice.kind === 'url' || (choice.kind === 'file' && 'isOfTemplate' in choice)
}

/** That the template wants another SHA-256 than the flag says. */
export function findSumProblem(
  { sha256 }: PlanRequest,
  { image, architecture, choice }: Pick<Choosing, 'image' | 'architecture'> & { readonly choice: SourceChoice },
): Problem | undefined {
  const pinned = sha256[architecture]
  if (pinned === undefined || image.sha256 === undefined || !isOfTemplate(choice)) return undefined
  if (image.sha256.value === pinned) return undefined
  return {
    code: 'config',
    message: `the template checks its image for the SHA-256 ${image.sha256.value}, but another one is given`,
    at: image.sha256.origin,
    hint: 'leave --sha256 out, or correct one of them',
  }
}
