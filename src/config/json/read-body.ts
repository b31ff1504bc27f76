/** Reads the blocks of a JSON template, which are objects within objects there. */

import type { Problem } from '../../errors.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import type { HclParser } from '../hcl/parser.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import type { Attribute, Block, ReadBody } from '../template/block.ts'
import type { JsonMember, JsonNode } from './parse.ts'
import { jsonToExpression } from './to-expression.ts'

/** How many labels blocks have, by the block that they stand in. */
const TOP: Readonly<Record<string, number>> = { source: 2, build: 0, locals: 0, local: 1, data: 2 }
const IN_BUILD: Readonly<Record<string, number>> = {
  source: 1,
  provisioner: 1,
  'error-cleanup-provisioner': 1,
  'post-processor': 1,
  'post-processors': 0,
  hcp_packer_registry: 0,
}

/** The blocks of a file, without those that declare variables. */
export async function readJsonBody(
  file: SourceFile,
  root: JsonNode,
  loadParser: () => Promise<HclParser>,
): Promise<ReadBody> {
  const problems: Problem[] = []
  const blocks: Block[] = []
  for (const { name, offset, value } of membersOf(root)) {
    if (name === 'variable' || name === 'variables' || name === 'packer') continue
    blocks.push(...(await readBlocks({ name, offset, value }, TOP[name] ?? 0, [])))
  }
  return { attributes: [], blocks, problems }

  async function readBlocks(member: JsonMember, depth: number, labels: readonly string[]): Promise<Block[]> {
    const { name: type, offset, value } = member
    if (depth > 0) {
      const inner = membersOf(value).map((one) =>
        readBlocks({ name: type, offset: one.offset, value: one.value }, depth - 1, [...labels, one.name]),
      )
      return (await Promise.all(inner)).flat()
    }
    const bodies = value.kind === 'list' ? value.items : [value]
    return Promise.all(bodies.map((body) => readBlock(type, labels, offset, body)))
  }

  async function readBlock(type: string, labels: readonly string[], offset: number, body: JsonNode): Promise<Block> {
    const attributes: Attribute[] = []
    const inner: Block[] = []
    for (const member of membersOf(body)) {
      const depth = type === 'build' && labels.length === 0 ? IN_BUILD[member.name] : undefined
      if (depth !== undefined) {
        inner.push(...(await readBlocks(member, depth, [])))
        continue
      }
      const expression = await jsonToExpression(file, member.value, loadParser)
      if (expression !== undefined) {
        attributes.push({ name: member.name, origin: originOf(file, member.offset), expression })
      } else problems.push(toUnreadProblem(member.name, file, member.value))
    }
    return { type, labels, origin: originOf(file, offset), attributes, blocks: inner }
  }
}

function toUnreadProblem(name: string, file: SourceFile, { offset }: JsonNode): Problem {
  const message = `the expression of "${name}" cannot be read here`
  return { code: 'config', message, at: originOf(file, offset), hint: PACKER_HINT }
}

/** The members of an object or of all objects in a list, without comments (members named `//`). */
export function membersOf(node: JsonNode): JsonMember[] {
  if (node.kind === 'list') return node.items.flatMap(membersOf)
  return node.kind === 'object' ? node.members.filter(({ name }) => name !== '//') : []
}
