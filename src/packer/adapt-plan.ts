/** A plan as Packer carries it out: what it decides otherwise, and what it cannot do. Pure. */

import { describeCompression } from '../compressions.ts'
import { type Problem, throwProblems } from '../errors.ts'
import type { Image } from '../hetzner/wire.ts'
import { UNREAD_LABEL } from '../plan/labels.ts'
import type { Plan, PlannedImage } from '../plan/plan.ts'
import type { PlanRequest } from '../plan/request.ts'
import { urlVariable } from './arguments.ts'
import type { Template } from './template.ts'

export interface PlanSurroundings {
  readonly template: Template
  readonly request: PlanRequest
  /** Whether the template's own addresses lead where the Image Factory is that was asked. */
  readonly isPublicFactory: boolean
  /** With `--force`: snapshots of earlier runs that Packer made, which new ones may replace; else none. */
  readonly earlier: readonly Image[]
}

/** @throws ProblemsError with everything that Packer could not build as it is planned */
export function adaptPlan(plan: Plan, around: PlanSurroundings): Plan {
  const adapted = plan.images.map((image) => adaptImage(image, around))
  throwProblems(adapted.flatMap(({ problems }) => problems))
  const [first] = plan.images
  const asksForLatest = first !== undefined && first.talosVersion !== around.request.variables.talosVersion.value
  if (asksForLatest && !around.template.variables.has('talos_version')) {
    throwProblems([
      {
        code: 'packer',
        message: `the template declares no variable "talos_version", so Packer cannot be told ${plan.talosVersion}`,
        at: around.request.variables.talosVersion.origin,
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

function adaptImage(planned: PlannedImage, around: PlanSurroundings): Adapted {
  const { template } = around
  const { architecture } = planned
  const problems: Problem[] = []
  const notes = [...planned.notes]
  if (planned.placements.length === 0) notes.push('Packer tries it all the same, and nowhere else')
  const typeVariable = `server_type_${architecture}`
  if (!template.variables.has(typeVariable)) {
    notes.push(`the template declares no ${typeVariable}: it chooses the server type by itself`)
  }
  const image: PlannedImage = {
    ...withOwnSource(planned, around),
    // Packer builds whatever there is. What was read back is never replaced by what was not.
    existing: undefined,
    replaces: around.earlier.filter(
      ({ labels }) => planned.identity !== undefined && labels[UNREAD_LABEL] === planned.identity,
    ),
    notes,
  }
  if (image.source.kind !== 'template') {
    if (!template.variables.has(urlVariable(architecture)) && mustBeTold(planned, around)) {
      problems.push({
        code: 'packer',
        message: `${planned.name}: the template declares no variable "${urlVariable(architecture)}", so Packer cannot be told what to build from`,
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
            message: `${planned.name}: the template has a default image of its own, which nobody has looked at`,
            hint: `set ${urlVariable(architecture)} to have it checked before the build`,
          },
        ]
      : []
  return { image, problems, warnings }
}

/** Whether the template would build from something else, if it were not told. */
function mustBeTold({ role }: PlannedImage, { request, isPublicFactory }: PlanSurroundings): boolean {
  return role !== undefined || request.schematic !== undefined || !isPublicFactory
}

/** Where nobody says otherwise, a template may have a default of its own, of which nothing is known. */
function withOwnSource(image: PlannedImage, around: PlanSurroundings): PlannedImage {
  const isAsked = around.request.variables.imageUrls[image.architecture].value !== null
  if (isAsked || mustBeTold(image, around) || around.template.knowsDefaultImage) return image
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
