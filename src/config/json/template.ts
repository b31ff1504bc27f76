/** Reads a `*.pkr.json` file, the JSON form of a template: its variable declarations, and all its other blocks. */

import type { Problem } from '../../errors.ts'
import type { Declaration } from '../declarations.ts'
import { declare } from '../declared-type.ts'
import type { HclParser } from '../hcl/parser.ts'
import { constantText, type TemplateEnv } from '../hcl/template-text.ts'
import { toObstacleProblem } from '../obstacle.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import { EMPTY_BODY } from '../template/block.ts'
import type { ReadTemplate } from '../template/read-template.ts'
import type { Value } from '../value.ts'
import type { Sourced } from '../variables.ts'
import type { JsonMember, JsonNode } from './parse.ts'
import { readJson } from './read.ts'
import { membersOf, readJsonBody } from './read-body.ts'
import { toValue } from './to-value.ts'

/**
 * Declarations stand under `variable` and `variables`, each an object or a list of objects.
 * @param env what `env()` may read in a default
 */
export async function readJsonTemplate(
  file: SourceFile,
  env: TemplateEnv,
  loadParser: () => Promise<HclParser>,
): Promise<ReadTemplate> {
  const root = readJson(file)
  if ('message' in root) return { items: [], problems: [root], body: EMPTY_BODY }

  const items: Declaration[] = []
  const problems: Problem[] = []
  for (const section of membersOf(root)) {
    for (const variable of membersOf(section.value)) {
      if (section.name === 'variables') add(variable, undefined, variable.value)
      if (section.name === 'variable') {
        const body = membersOf(variable.value)
        const sensitive = findMember(body, 'sensitive')
        const isSensitive = sensitive?.kind === 'bool' && sensitive.text === 'true'
        add(variable, findMember(body, 'type'), findMember(body, 'default'), isSensitive)
      }
    }
  }
  return { items, problems, body: await readJsonBody(file, root, loadParser) }

  function add(
    { name, offset }: JsonMember,
    type: JsonNode | undefined,
    node: JsonNode | undefined,
    isSensitive = false,
  ): void {
    const origin = originOf(file, offset)
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
    items.push(...declared.items.map((item) => ({ ...item, isSensitive })))
    problems.push(...declared.problems)
  }
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
