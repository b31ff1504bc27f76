/** Which images a request comes to. */

import { ARCHITECTURES, type Architecture, type Role } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import { uniqueProblems } from '../util/problem-collector.ts'
import { chooseSchematic, toOverruled } from './overruled.ts'
import type { ChosenImages, ImageRequest, PlanRequest, SourceChoice } from './request.ts'
import { takeShard } from './shard.ts'
import { chooseTemplateImages, withTemplateVersion } from './template-images.ts'
import { isFloating, resolveVersion } from './version.ts'

/** Decides which images are wanted. Pure. */
export function chooseImages(request: PlanRequest): ChosenImages {
  if (request.template !== undefined) return chooseTemplateImages(request, request.template)
  const warnings: Problem[] = []
  const architectures = ARCHITECTURES.filter((architecture) => request.architectures.includes(architecture))
  const images = request.roles.flatMap((role) =>
    architectures.map((architecture): ImageRequest => {
      const { choice, warning } = chooseSource(request, architecture, role)
      if (warning !== undefined) warnings.push(warning)
      const name = role === undefined ? architecture : `${architecture} ${role}`
      const { variables, server } = request
      return {
        name,
        architecture,
        role,
        choice,
        sha256: request.sha256[architecture],
        server,
        serverType: variables.serverTypes[architecture],
        location: variables.location,
        template: undefined,
      }
    }),
  )
  return { images, problems: [], warnings: uniqueProblems(warnings) }
}

function chooseSource(
  request: PlanRequest,
  architecture: Architecture,
  role: Role | undefined,
): { choice: SourceChoice; warning?: Problem } {
  const { value: url, origin } = request.variables.imageUrls[architecture]
  const overruled = (by: string): { warning?: Problem } => toOverruled(request, architecture, by)
  if (request.localImage !== undefined) return { choice: request.localImage, ...overruled('--image-file') }
  const ofRole = role === undefined ? undefined : request.roleSchematics.get(role)
  if (ofRole !== undefined) {
    return { choice: { kind: 'schematic', schematic: ofRole }, ...overruled(`the schematic of the role ${role}`) }
  }
  const { schematic, warning } = chooseSchematic(request, architecture)
  if (schematic !== undefined) return { choice: { kind: 'schematic', schematic }, ...overruled('--schematic') }
  if (request.schematicId !== undefined) {
    const { value: id, origin: at } = request.schematicId
    return { choice: { kind: 'schematic-id', id, at } }
  }
  if (url !== null) {
    const page = request.pages?.get(url)
    const choice = { kind: 'url', url, at: origin, variable: `image_url_${architecture}`, schematic: page } as const
    return { choice, ...(warning === undefined ? {} : { warning }) }
  }
  return { choice: { kind: 'schematic', schematic: undefined } }
}

interface Asking {
  readonly factory: FactoryClient
  readonly signal: AbortSignal
}

/** The images that are wanted, with a version that is known: those of the shard, and of how many. */
export async function settleImages(
  request: PlanRequest,
  options: Asking,
): Promise<ChosenImages & { readonly settled: PlanRequest; readonly ofAll: number }> {
  const settled = await settleVersion(withTemplateVersion(request), options)
  const chosen = chooseImages(settled)
  const { shard } = settled
  const images = shard === undefined ? chosen.images : takeShard(chosen.images, shard)
  return { settled, ...chosen, images, ofAll: chosen.images.length }
}

/**
 * A template writes the version into labels and URLs, so it must be known which one `latest` is before the template is
 * evaluated. What is wrong with it is told by the look-ups.
 */
async function settleVersion(request: PlanRequest, { factory, signal }: Asking): Promise<PlanRequest> {
  const { variables, template } = request
  if (template === undefined || !isFloating(variables.talosVersion.value)) return request
  const versions = await factory.versions(signal).catch(() => {
    signal.throwIfAborted()
    return []
  })
  const value = resolveVersion(variables.talosVersion, versions)
  if (typeof value !== 'string') return request
  return { ...request, variables: { ...variables, talosVersion: { ...variables.talosVersion, value } } }
}
