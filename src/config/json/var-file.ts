/** Reads a JSON var file: one object, name to value. */

import type { Origin, Problem } from '../../errors.ts'
import { type Assigned, type Assignment, toRepeatedProblem, toUndeclaredProblem } from '../assignments.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import { NULL, type Value } from '../value.ts'
import { type JsonNode, readJson } from './parse.ts'

/**
 * The values in the file; strings are taken as they are, `${` means nothing in them, as in Packer.
 * A member named `//` is a comment.
 * @param declared the names a template declares; undefined when they are not known
 */
export function readJsonVarFile(file: SourceFile, declared: ReadonlySet<string> | undefined): Assigned {
  const root = readJson(file)
  if ('message' in root) return { items: [], problems: [root], warnings: [] }
  if (root.kind !== 'object') return { items: [], problems: [toRootProblem(file, root.offset)], warnings: [] }

  const items: Assignment[] = []
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const seen = new Map<string, Origin>()
  for (const { name, offset, value } of root.members) {
    if (name === '//') continue
    const at = originOf(file, offset)
    const first = seen.get(name)
    seen.set(name, first ?? at)
    if (first !== undefined) problems.push(toRepeatedProblem(name, at, first))
    else if (declared !== undefined && !declared.has(name)) warnings.push(toUndeclaredProblem(name, at, declared))
    else items.push({ name, value: toValue(value), origin: originOf(file, value.offset) })
  }
  return { items, problems, warnings }
}

function toRootProblem(file: SourceFile, offset: number): Problem {
  return {
    code: 'config',
    message: 'a JSON var file must hold one object',
    at: originOf(file, offset),
    hint: 'write {"talos_version": "v1.12.2"}',
  }
}

/** The constant a JSON value stands for; strings are taken as they are. */
function toValue(node: JsonNode): Value {
  switch (node.kind) {
    case 'list':
      return { kind: 'list', items: node.items.map(toValue) }
    case 'object':
      return { kind: 'object', members: new Map(node.members.map(({ name, value }) => [name, toValue(value)])) }
    case 'null':
      return NULL
    default:
      return { kind: node.kind, text: node.text }
  }
}
