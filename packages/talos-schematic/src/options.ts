/** The free-form options of an overlay: any keys, any values. */

import type { Decoding, Field } from './decode.ts'
import { isNull, meaningOf, nameKind, spellScalar } from './decode.ts'
import type { FreeEntry, FreeValue } from './schema.ts'
import type { ScalarNode, TreeEntry, TreeNode } from './tree-node.ts'

/** The options, none when they are not set. Names on the first level are text; a null name is dropped. */
export function readOptions(field: Field, decoding: Decoding): readonly FreeEntry[] {
  const { node, path } = field
  if (node === undefined || isNull(node, decoding)) return []
  decoding.positions.set(path, node.at)
  if (node.kind !== 'map') {
    decoding.report(node.at, `"${path}" must be a mapping, not ${nameKind(node)}`, 'write one "name: value" a line')
    return []
  }
  const named = node.entries.filter(({ key }) => !isNull(key, decoding))
  return uniqueEntries(named, decoding, (key) => {
    if (meaningOf(key, decoding).kind === 'time') {
      decoding.report(key.at, 'the name of an option must be text, not a date', `put it in quotes: "${key.text}"`)
    }
    return { kind: 'text', text: key.text }
  })
}

/** Keys that differ only in their spelling (`1`, `0x1`) are one key to the Factory: the last one stays. */
function uniqueEntries(
  entries: readonly TreeEntry[],
  decoding: Decoding,
  toKey: (key: ScalarNode) => FreeValue,
): readonly FreeEntry[] {
  const unique = new Map<string, FreeEntry>()
  for (const entry of entries) {
    if (entry.key.kind !== 'scalar') {
      decoding.report(entry.key.at, `a name cannot be ${nameKind(entry.key)}`, 'use a single value as the name')
      continue
    }
    const key = toKey(entry.key)
    unique.set(JSON.stringify(key), [key, toFree(entry.value, decoding)])
  }
  return [...unique.values()]
}

/** Any value, as it is. */
export function toFree(node: TreeNode, decoding: Decoding): FreeValue {
  switch (node.kind) {
    case 'list':
      return { kind: 'list', items: node.items.map((item) => toFree(item, decoding)) }
    case 'map':
      return { kind: 'map', entries: uniqueEntries(node.entries, decoding, (key) => toFree(key, decoding)) }
    case 'scalar': {
      const meaning = meaningOf(node, decoding)
      if (meaning.kind === 'text' || meaning.kind === 'merge') return { kind: 'text', text: node.text }
      return { kind: 'token', text: spellScalar(meaning) }
    }
  }
}
