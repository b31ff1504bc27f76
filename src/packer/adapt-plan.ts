/** A plan as Packer carries it out: what differs, and what Packer cannot do. Pure. */

import { describeCompression } from '../compressions.ts'
import { IMAGE_URL_NAMES, SERVER_TYPE_NAMES } from '../config/declarations.ts'
import { type Problem, throwProblems } from '../errors.ts'
import type { Image } from '../hetzner/wire.ts'
import { findUsed } from '../plan/create-plan.ts'
import { UNREAD_LABEL } from '../plan/labels.ts'
import type { Plan, PlannedImage } from '../plan/plan.ts'
import type { PlanRequest } from '../plan/request.ts'
import type { SnapshotUsers } from '../plan/users.ts'
import type { Template } from './template.ts'

export interface AdaptOptions {
  readonly template: Template
  readonly request: PlanRequest
  /** Whether the Image Factory is the public one, which templates name. */
  readonly isPublicFactory: boolean
  /** With `--force`: snapshots of earlier runs that Packer made, which new ones may replace; else none. */
  readonly earlier: readonly Image[]
  /** The servers that were made from them. */
  readonly users: SnapshotUsers
  /** Whether they are replaced even if a server was made from one of them. */
  readonly evenInUse: boolean
}

/** @throws ProblemsError with everything that Packer could not build as it is planned */
export function adaptPlan(plan: Plan, options: AdaptOptions): Plan {
  const adapted = plan.images.map((image) => adaptImage(image, options))
  throwProblems(adapted.flatMap(({ problems }) => problems))
  const [first] = plan.images
  const asksForLatest = first !== undefined && first.talosVersion !== options.request.variables.talosVersion.value
  if (asksForLatest && !options.template.variables.has('talos_version')) {
    throwProblems([
      {
        code: 'packer',
        message: `the template declares no variable "talos_version", so Packer cannot be told ${plan.talosVersion}`,
        at: options.request.variables.talosVersion.origin,
        hint: 'declare it in the template, or write the version there',
      },
    ])
  }
  return {
    ...plan,
    images: adapted.map(({ image }) => image),
    warnings: [...plan.warnings, ...adapted.flatMap(({ warnings }) => warnings)],
  }
}

interface Adapted {
  readonly image: PlannedImage
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

function adaptImage(planned: PlannedImage, options: AdaptOptions): Adapted {
  const { template } = options
  const { architecture } = planned
  const problems: Problem[] = []
  const notes = [...planned.notes]
  if (planned.placements.length === 0) notes.push('Packer tries it all the same, at this place only')
  const typeVariable = SERVER_TYPE_NAMES[architecture]
  if (!template.variables.has(typeVariable)) {
    notes.push(`the template declares no ${typeVariable}: it chooses the server type by itself`)
  }
  const image: PlannedImage = {
    ...withDefaultSource(planned, options),
    // Packer always builds. A verified snapshot is never replaced by one that is not.
    existing: undefined,
    replaces: options.earlier.filter(
      ({ labels }) => planned.identity !== undefined && labels[UNREAD_LABEL] === planned.identity,
    ),
    evenInUse: options.evenInUse,
    notes,
  }
  problems.push(...findUsed(image, options.users))
  if (image.source.kind !== 'template') {
    if (!template.variables.has(IMAGE_URL_NAMES[architecture]) && needsUrl(planned, options)) {
      problems.push({
        code: 'packer',
        message: `${planned.name}: the template declares no variable "${IMAGE_URL_NAMES[architecture]}", so Packer cannot be told what to build from`,
        at: { kind: 'flag', name: '--engine' },
        hint: 'declare it in the template as the _packer directory of this tool does, or leave --engine packer out',
      })
    }
    problems.push(...findPacking(image, template))
  }
  const warnings: Problem[] =
    image.source.kind === 'template'
      ? [
          {
            code: 'packer',
            message: `${planned.name}: the template has another default image, which was not checked`,
            hint: `set ${IMAGE_URL_NAMES[architecture]} to have it checked before the build`,
          },
        ]
      : []
  return { image, problems, warnings }
}

/** Whether the template would build from another image without a URL. */
function needsUrl({ role }: PlannedImage, { request, isPublicFactory }: AdaptOptions): boolean {
  return role !== undefined || request.schematic !== undefined || !isPublicFactory
}

/** Without a URL a template may build from its own default image, of which nothing is known. */
function withDefaultSource(image: PlannedImage, options: AdaptOptions): PlannedImage {
  const isAsked = options.request.variables.imageUrls[image.architecture].value !== null
  if (isAsked || needsUrl(image, options) || options.template.knowsDefaultImage) return image
  return {
    ...image,
    source: { kind: 'template' },
    sourceFacts: { compression: 'none', transferBytes: undefined, rawBytes: undefined },
    schematicId: undefined,
    installer: undefined,
    identity: undefined,
  }
}

/** `xz -d | dd` of something else does not fail, since the exit code is that of dd. */
function findPacking({ name, source, sourceFacts: { compression } }: PlannedImage, { unpacks }: Template): Problem[] {
  if (unpacks.size === 0 || (compression !== 'none' && unpacks.has(compression))) return []
  const from = source.kind === 'factory' || source.kind === 'url' ? source.url : 'it'
  const known = [...unpacks].map((one) => describeCompression(one).title)
  const packed = compression === 'none' ? 'not packed' : `packed with ${describeCompression(compression).title}`
  return [
    {
      code: 'source',
      message: `${name}: ${from} is ${packed}, but the template unpacks ${known.join(' or ')}`,
      hint: 'give Packer an image that its template can unpack, such as .raw.xz, or leave --engine packer out',
    },
  ]
}
