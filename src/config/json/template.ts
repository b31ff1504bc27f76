/** Reads the variable declarations of a `*.pkr.json` file, the JSON form of a template. */

import type { Problem } from '../../errors.ts'
import { type Declaration, isVariableName } from '../declarations.ts'
import { declare } from '../declared-type.ts'
import { constantText, type TemplateEnv } from '../hcl/template-text.ts'
import { toObstacleProblem } from '../obstacle.ts'
import { type Found, originOf, type SourceFile } from '../source-file.ts'
import type { Value } from '../value.ts'
import type { Sourced } from '../variables.ts'
import type { JsonMember, JsonNode } from './parse.ts'
import { readJson } from './read.ts'
import { toValue } from './to-value.ts'

/**
 * The declarations under `variable` and `variables`, each an object or a list of objects; all else is left alone.
 * @param env what `env()` may read in a default
 */
export function readJsonTemplate(file: SourceFile, env: TemplateEnv): Found<Declaration> {
  const root = readJson(file)
  if ('message' in root) return { items: [], problems: [root] }

  const items: Declaration[] = []
  const problems: Problem[] = []
  for (const section of membersOf(root)) {
    for (const variable of membersOf(section.value)) {
      if (section.name === 'variables') add(variable, undefined, variable.value)
      if (section.name === 'variable') {
        const body = membersOf(variable.value)
        add(variable, findMember(body, 'type'), findMember(body, 'default'))
      }
    }
  }
  return { items, problems }

  function add({ name, offset }: JsonMember, type: JsonNode | undefined, node: JsonNode | undefined): void {
    const origin = originOf(file, offset)
    if (!isVariableName(name)) {
      items.push({ name, type: 'any', origin })
      return
    }
    const defaultValue = node && readDefault(file, name, node, env)
    if (defaultValue !== undefined && 'message' in defaultValue) {
      problems.push(defaultValue)
      return
    }
    const typeText = type && {
      text: type.kind === 'string' ? type.text : type.kind,
      origin: originOf(file, type.offset),
    }
    const declared = declare(name, origin, typeText, defaultValue)
    items.push(...declared.items)
    problems.push(...declared.problems)
  }
}

/** The members of an object or of all objects in a list, without comments (members named `//`). */
function membersOf(node: JsonNode): JsonMember[] {
  if (node.kind === 'list') return node.items.flatMap(membersOf)
  return node.kind === 'object' ? node.members.filter(({ name }) => name !== '//') : []
}

function findMember(members: readonly JsonMember[], name: string): JsonNode | undefined {
  return members.find((member) => member.name === name)?.value
}

/** Strings in the JSON form of a template are string templates. */
function readDefault(file: SourceFile, name: string, node: JsonNode, env: TemplateEnv): Sourced<Value> | Problem {
  const origin = originOf(file, node.offset)
  if (node.kind !== 'string') return { value: toValue(node), origin }
  const text = constantText(node.text, env)
  if (text === undefined) return toObstacleProblem(name, { kind: 'calculation', text: node.text }, origin)
  return { value: { kind: 'string', text }, origin }
}
