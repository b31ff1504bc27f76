/** The named fields of the schematic's mappings: which there are, and what to say about others. */

import type { Decoding, Field } from './decode.ts'
import { isNull, nameKind } from './decode.ts'
import { didYouMean } from './near.ts'
import { toFree } from './options.ts'
import type { TreeNode } from './tree-node.ts'

/** Every mapping with fixed fields, by its path without indices. */
const FIELDS = {
  '': ['owner', 'overlay', 'customization'],
  overlay: ['image', 'name', 'options'],
  customization: [
    'embeddedMachineConfiguration',
    'extraKernelArgs',
    'meta',
    'systemExtensions',
    'bootloader',
    'secureboot',
    'diskImage',
  ],
  'customization.meta': ['key', 'value'],
  'customization.systemExtensions': ['officialExtensions'],
  'customization.secureboot': ['enrollKeys', 'includeWellKnownCertificates'],
  'customization.diskImage': ['sectorSize'],
} as const satisfies Record<string, readonly string[]>

type Place = keyof typeof FIELDS

/** Gives a field of a mapping by its name. */
export type FieldsOf<P extends Place> = (name: (typeof FIELDS)[P][number]) => Field

/**
 * The fields of the mapping that `place` names. Reports mistaken names and what is no mapping, and keeps unknown fields apart;
 * a field that is not there is not set.
 */
export function readFields<P extends Place>(place: P, field: Field, decoding: Decoding): FieldsOf<P> {
  const { node, path } = field
  const names: readonly string[] = FIELDS[place]
  const found = new Map<string, TreeNode>()
  if (node?.kind === 'map') {
    for (const { key, value } of node.entries) {
      if (key.kind !== 'scalar') {
        decoding.report(key.at, `a field's name cannot be ${nameKind(key)}`, `fields here: ${names.join(', ')}`)
      } else if (names.includes(key.text)) {
        found.set(key.text, value)
      } else {
        const hint = hintFor(key.text, names)
        const unknown = { path: path === '' ? key.text : `${path}.${key.text}`, at: key.at }
        if (hint === undefined) decoding.unknown.push({ ...unknown, value: toFree(value, decoding) })
        else decoding.report(key.at, `unknown field "${key.text}"`, hint)
      }
    }
  } else if (node !== undefined && !isNull(node, decoding)) {
    const subject = path === '' ? 'the schematic' : `"${path}"`
    decoding.report(node.at, `${subject} must be a mapping, not ${nameKind(node)}`, `fields here: ${names.join(', ')}`)
  }
  return (name) => ({ node: found.get(name), path: path === '' ? name : `${path}.${name}` })
}

/** What is meant instead of an unknown name; undefined when that cannot be told. */
function hintFor(name: string, names: readonly string[]): string | undefined {
  for (const [place, others] of Object.entries<readonly string[]>(FIELDS)) {
    if (others.includes(name)) return `"${name}" belongs ${place === '' ? 'at the top level' : `under "${place}"`}`
  }
  return didYouMean(name, names)
}
