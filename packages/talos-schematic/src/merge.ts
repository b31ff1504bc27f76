/** The entries of a mapping once its merge keys (`<<`) are followed and its duplicates are gone. */

import { resolveScalar } from './go-scalar.ts'
import type { Position } from './schema.ts'
import type { TreeEntry, TreeNode } from './tree-node.ts'
import type { Report } from './yaml-problem.ts'

/** What the mapping says itself wins, then what was merged first. A name that is given twice is a problem. */
export function mergeEntries(entries: readonly TreeEntry[], report: Report): readonly TreeEntry[] {
  const result: TreeEntry[] = []
  const merged: TreeEntry[] = []
  const seen = new Map<string, Position>()
  for (const entry of entries) {
    const name = nameOf(entry.key)
    const earlier = name === undefined ? undefined : seen.get(name)
    if (earlier !== undefined) {
      report(entry.key.at, `"${name}" is given twice`, `it stands on line ${earlier.line} already: keep one of the two`)
      continue
    }
    if (name !== undefined) seen.set(name, entry.key.at)
    if (isMergeKey(entry.key)) merged.push(...entriesOf(entry.value, report))
    else result.push(entry)
  }
  for (const entry of merged) {
    const name = nameOf(entry.key)
    if (name !== undefined && seen.has(name)) continue
    if (name !== undefined) seen.set(name, entry.key.at)
    result.push(entry)
  }
  return result
}

/** The entries of the mapping, or of all the mappings in the list, that a merge key refers to. */
function entriesOf(value: TreeNode, report: Report): readonly TreeEntry[] {
  const sources = value.kind === 'list' ? value.items : [value]
  return sources.flatMap((source) => {
    if (source.kind === 'map') return source.entries
    report(source.at, 'only mappings can be merged with "<<"', 'put "<<" in quotes, or refer to a mapping')
    return []
  })
}

/** Go compares names as they are written, quoted or not. */
function nameOf(key: TreeNode): string | undefined {
  return key.kind === 'scalar' ? key.text : undefined
}

function isMergeKey(key: TreeNode): boolean {
  return key.kind === 'scalar' && !key.quoted && key.tag === undefined && resolveScalar(key.text).kind === 'merge'
}
