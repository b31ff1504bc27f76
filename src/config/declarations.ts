/** The variables a template declares: which there are, of which type, and with which default. */

import type { Architecture } from '../domain.ts'
import { formatOrigin, type Origin, type Problem } from '../errors.ts'
import type { Block } from './template/block.ts'
import type { Value } from './value.ts'
import type { VariableType } from './variable-type.ts'
import type { Sourced } from './variables.ts'

/** The variables that this program knows without a template, which may declare others: their defaults, and examples. */
const BUILT_IN = {
  talos_version: { value: 'v1.12.2', example: 'v1.12.2' },
  server_type_arm: { value: 'cax11', example: 'cax11' },
  server_type_x86: { value: 'cx23', example: 'cx23' },
  server_location: { value: 'fsn1', example: 'fsn1' },
  image_url_arm: { value: null, example: 'https://example.com/hcloud-arm64.raw.xz' },
  image_url_x86: { value: null, example: 'https://example.com/hcloud-amd64.raw.xz' },
} as const

export type VariableName = keyof typeof BUILT_IN
export const VARIABLE_NAMES: readonly VariableName[] = Object.keys(BUILT_IN).filter(isVariableName)

/** A value that a variable may have, for messages. */
export const exampleOf = (name: VariableName): string => BUILT_IN[name].example

export const SERVER_TYPE_NAMES = {
  arm: 'server_type_arm',
  x86: 'server_type_x86',
} as const satisfies Record<Architecture, VariableName>
export const IMAGE_URL_NAMES = {
  arm: 'image_url_arm',
  x86: 'image_url_x86',
} as const satisfies Record<Architecture, VariableName>

export interface Declaration {
  readonly name: string
  readonly type: VariableType
  readonly origin: Origin
  /** Undefined: the variable must be set from elsewhere. */
  readonly defaultValue?: Sourced<Value> | undefined
  /** Its value is never shown. */
  readonly isSensitive?: boolean
  readonly validations?: readonly Block[]
}

/** Whether the name is one of those that this program reads. */
export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(BUILT_IN, name)
}

/**
 * All declarations by name, those of the template before the built-in ones.
 * @returns the problems with names that are declared twice, too
 */
export function toDeclarations(declared: readonly Declaration[]): {
  readonly declarations: ReadonlyMap<string, Declaration>
  readonly problems: readonly Problem[]
} {
  const declarations = new Map<string, Declaration>()
  const problems: Problem[] = []
  for (const declaration of declared) {
    const first = declarations.get(declaration.name)
    if (first === undefined) declarations.set(declaration.name, declaration)
    else
      problems.push({
        code: 'config',
        message: `"${declaration.name}" is declared twice`,
        at: declaration.origin,
        hint: adviceForTwo(declaration.origin, first.origin),
      })
  }
  for (const name of VARIABLE_NAMES) {
    if (!declarations.has(name)) declarations.set(name, builtIn(name))
  }
  return { declarations, problems }
}

/** What to do about something that is there twice: files may each be a template of its own. */
export function adviceForTwo(at: Origin, first: Origin): string {
  const remove = `remove this one or the one at ${formatOrigin(first)}`
  if (at.kind !== 'file' || first.kind !== 'file' || at.file === first.file) return remove
  return `${remove}; if each file is a template of its own, name one, as for packer build: ${at.file}`
}

function builtIn(name: VariableName): Declaration {
  const text = BUILT_IN[name].value
  const origin: Origin = { kind: 'default' }
  const value: Value = text === null ? { kind: 'null' } : { kind: 'string', text }
  return { name, type: 'string', origin, defaultValue: { value, origin } }
}
