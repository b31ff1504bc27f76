/** Reads the blocks of a JSON template, which are objects in objects, and whose strings are templates. */

import type { Problem } from '../../errors.ts'
import type { Expression } from '../expression/expression.ts'
import { loadHclParser } from '../hcl/parser.ts'
import { readHclExpression, toUnreadProblem } from '../hcl/read-body.ts'
import { toExpression } from '../hcl/to-expression.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import type { Attribute, Block, ReadBody } from '../template/block.ts'
import { NULL, toStringValue } from '../value.ts'
import type { JsonMember, JsonNode } from './parse.ts'

/** How many labels blocks have; other members of a file are blocks without. */
const TOP: Readonly<Record<string, number>> = { source: 2, local: 1, data: 2, variable: 1 }
/** The blocks in blocks, and how many labels they have; other members are arguments. */
const INNER: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  packer: { required_plugins: 0 },
  variable: { validation: 0 },
  build: {
    source: 1,
    provisioner: 1,
    'error-cleanup-provisioner': 1,
    'post-processor': 1,
    'post-processors': 0,
    hcp_packer_registry: 0,
  },
}

/** @param members of the file, as far as they are to be read */
export async function readJsonBody(file: SourceFile, members: readonly JsonMember[]): Promise<ReadBody> {
  const problems: Problem[] = []
  const blocks: Block[] = []
  for (const member of members) blocks.push(...(await readBlocks(member, TOP[member.name] ?? 0, [], INNER)))
  return { attributes: [], blocks, problems }

  async function readBlocks(
    { name: type, offset, value }: JsonMember,
    depth: number,
    labels: readonly string[],
    inner: typeof INNER,
  ): Promise<Block[]> {
    if (depth > 0) {
      const labelled = membersOf(value).map((one) =>
        readBlocks({ name: type, offset: one.offset, value: one.value }, depth - 1, [...labels, one.name], inner),
      )
      return (await Promise.all(labelled)).flat()
    }
    const bodies = value.kind === 'list' ? value.items : [value]
    return Promise.all(bodies.map((body) => readBlock(type, labels, offset, body, inner[type] ?? {})))
  }

  async function readBlock(
    type: string,
    labels: readonly string[],
    offset: number,
    body: JsonNode,
    inner: Readonly<Record<string, number>>,
  ): Promise<Block> {
    const attributes: Attribute[] = []
    const blocks: Block[] = []
    for (const member of membersOf(body)) {
      const { name, value } = member
      const depth = inner[name]
      if (depth !== undefined) {
        blocks.push(...(await readBlocks(member, depth, [], {})))
        continue
      }
      const isType = type === 'variable' && name === 'type'
      const expression = await (isType ? readType(file, value) : readValue(file, value))
      const text = value.kind === 'string' ? value.text : value.kind
      if (expression === undefined) problems.push(toUnreadProblem(name, originOf(file, value.offset)))
      else attributes.push({ name, origin: originOf(file, member.offset), expression, text })
    }
    return { type, labels, origin: originOf(file, offset), attributes, blocks }
  }
}

/** The members of an object or of all objects in a list, without comments (members named `//`). */
export function membersOf(node: JsonNode): JsonMember[] {
  if (node.kind === 'list') return node.items.flatMap(membersOf)
  return node.kind === 'object' ? node.members.filter(({ name }) => name !== '//') : []
}

/** The type of a variable is an expression in a string. */
async function readType(file: SourceFile, node: JsonNode): Promise<Expression | undefined> {
  if (node.kind !== 'string') return readValue(file, node)
  const at = { name: 'type', expression: node.text, expressionOffset: node.offset }
  const expression = await readHclExpression(file, await loadHclParser(), at)
  return 'message' in expression ? undefined : expression
}

/** @returns undefined when a string in it is not a valid template */
async function readValue(file: SourceFile, node: JsonNode): Promise<Expression | undefined> {
  const origin = originOf(file, node.offset)
  const inner = (one: JsonNode): Promise<Expression | undefined> => readValue(file, one)
  switch (node.kind) {
    case 'string':
      return readText(node.text, origin)
    case 'list': {
      const items = await Promise.all(node.items.map(inner))
      if (items.includes(undefined)) return undefined
      return { kind: 'list', origin, items: items.filter((item) => item !== undefined) }
    }
    case 'object': {
      const members = await Promise.all(
        node.members.map(async ({ name, offset, value }) => {
          const read = await inner(value)
          const key = { kind: 'literal', origin: originOf(file, offset), value: toStringValue(name) } as const
          return read === undefined ? undefined : { key, value: read }
        }),
      )
      if (members.includes(undefined)) return undefined
      return { kind: 'object', origin, members: members.filter((member) => member !== undefined) }
    }
    case 'null':
      return { kind: 'literal', origin, value: NULL }
    default:
      return { kind: 'literal', origin, value: { kind: node.kind, text: node.text } }
  }
}

/** In a heredoc a text stands as it is, apart from what is filled in. */
const MARK = 'TALOS_IMAGE_TEXT'

async function readText(text: string, origin: Expression['origin']): Promise<Expression | undefined> {
  if (!/[$%]\{/.test(text)) return { kind: 'literal', origin, value: toStringValue(text) }
  const source = `<<${MARK}\n${text}\n${MARK}`
  const tree = await (await loadHclParser()).toAst(source)
  const expression = tree && toExpression(tree, source, () => origin)
  return expression && withoutLastLineEnd(expression)
}

/** Without the heredoc's own line end; what is filled in alone keeps its kind. */
function withoutLastLineEnd(expression: Expression): Expression {
  if (expression.kind !== 'template') return expression
  const last = expression.parts.at(-1)
  if (last?.kind !== 'literal' || last.value.kind !== 'string') return expression
  const text = last.value.text.replace(/\n$/, '')
  const others = expression.parts.slice(0, -1)
  const [only] = others
  if (text === '' && only !== undefined && others.length === 1) return only
  return { ...expression, parts: [...others, { ...last, value: toStringValue(text) }] }
}
