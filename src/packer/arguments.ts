/** Packer's arguments: the user's first, then those of this program, which take precedence. */

import { IMAGE_URL_NAMES } from '../config/declarations.ts'
import type { Role } from '../domain.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { Template } from './template.ts'

export interface PackerInput {
  /** The files of `-var-file`, as absolute paths. */
  readonly varFiles: readonly string[]
  /** The `name=value` of `-var`. */
  readonly vars: readonly string[]
  /** Whether the version that is asked for has to be looked up, which Packer cannot. */
  readonly isFloating: boolean
}

/** @param images those of one role */
export function toArguments(images: readonly PlannedImage[], template: Template, input: PackerInput): string[] {
  const [first] = images
  const own: readonly (readonly [string, string])[] = [
    ...(input.isFloating && first !== undefined ? [['talos_version', first.talosVersion] as const] : []),
    ...(first?.role === undefined ? [] : [['role', first.role] as const]),
    ...images.flatMap(({ architecture, source }) =>
      source.kind === 'factory' || source.kind === 'url' ? [[IMAGE_URL_NAMES[architecture], source.url] as const] : [],
    ),
  ]
  const known = own.filter(([name]) => template.variables.has(name)).map(([name, value]) => `${name}=${value}`)
  const only = chooseTargets(images, template)
  return [
    ...input.varFiles.map((file) => `-var-file=${file}`),
    ...[...input.vars, ...known].flatMap((one) => ['-var', one]),
    ...(only === undefined ? [] : [`-only=${only.join(',')}`]),
  ]
}

/** The targets that make these images; undefined for all that there are. */
function chooseTargets(images: readonly PlannedImage[], { targets, isNarrowed }: Template): string[] | undefined {
  const wanted = new Set(images.map(({ architecture }) => architecture))
  // One that is not known to be of another architecture may be a wanted one.
  const chosen = targets.filter(({ architecture }) => architecture === undefined || wanted.has(architecture))
  return chosen.length === targets.length && !isNarrowed ? undefined : chosen.map(({ name }) => name)
}

/** The images of each role, in the order of the plan: Packer builds one role after the other. */
export function groupByRole(images: readonly PlannedImage[]): readonly (readonly PlannedImage[])[] {
  const groups = new Map<Role | undefined, PlannedImage[]>()
  for (const image of images) groups.set(image.role, [...(groups.get(image.role) ?? []), image])
  return [...groups.values()]
}
