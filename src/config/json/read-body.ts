/** Reads the blocks of a JSON template, which are objects in objects, and whose strings are templates. */

import type { Problem } from '../../errors.ts'
import type { Expression } from '../expression/expression.ts'
import { Effort } from '../hcl/effort.ts'
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
  const effort = new Effort()
  for (const member of members) blocks.push(...(await readBlocks(member, own(TOP, member.name) ?? 0, [], INNER)))
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
    return Promise.all(bodies.map((body) => readBlock(type, labels, offset, body, own(inner, type) ?? {})))
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
      const depth = own(inner, name)
      if (depth !== undefined) {
        blocks.push(...(await readBlocks(member, depth, [], {})))
        continue
      }
      const isType = type === 'variable' && name === 'type'
      const text = value.kind === 'string' ? value.text : value.kind
      try {
        const expression = await (isType ? readType(file, value, effort) : readValue(file, value, effort))
        attributes.push({ name, origin: originOf(file, member.offset), expression, text })
      } catch (error) {
        if (!(error instanceof InvalidTemplate)) throw error
        problems.push(error.problem ?? toUnreadProblem(name, originOf(file, value.offset)))
      }
    }
    return { type, labels, origin: originOf(file, offset), attributes, blocks }
  }
}

/** A name may be one that every object has, such as `constructor`. */
const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** The members of an object or of all objects in a list, without comments (members named `//`). */
export function membersOf(node: JsonNode): JsonMember[] {
  if (node.kind === 'list') return node.items.flatMap(membersOf)
  return node.kind === 'object' ? node.members.filter(({ name }) => name !== '//') : []
}

/** A string that is not a valid template. */
class InvalidTemplate extends Error {
  /** What is wrong; undefined where only that is known. */
  readonly problem: Problem | undefined

  constructor(problem?: Problem) {
    super()
    this.problem = problem
  }
}

/** The type of a variable is an expression in a string. */
async function readType(file: SourceFile, node: JsonNode, effort: Effort): Promise<Expression> {
  if (node.kind !== 'string') return readValue(file, node, effort)
  const at = { name: 'type', expression: node.text, expressionOffset: node.offset }
  const expression = await readHclExpression(file, await loadHclParser(), at, effort)
  if ('message' in expression) throw new InvalidTemplate()
  return expression
}

async function readValue(file: SourceFile, node: JsonNode, effort: Effort): Promise<Expression> {
  const origin = originOf(file, node.offset)
  switch (node.kind) {
    case 'string':
      return readText(node.text, origin, effort)
    case 'list':
      return { kind: 'list', origin, items: await Promise.all(node.items.map((item) => readValue(file, item, effort))) }
    case 'object': {
      const members = node.members.map(async ({ name, offset, value }) => {
        const key = { kind: 'literal', origin: originOf(file, offset), value: toStringValue(name) } as const
        return { key, value: await readValue(file, value, effort) }
      })
      return { kind: 'object', origin, members: await Promise.all(members) }
    }
    case 'null':
      return { kind: 'literal', origin, value: NULL }
    default:
      return { kind: 'literal', origin, value: { kind: node.kind, text: node.text } }
  }
}

/** In a heredoc a text stands as it is, apart from what is filled in. */
const MARK = 'TALOS_IMAGE_TEXT'

async function readText(text: string, origin: Expression['origin'], effort: Effort): Promise<Expression> {
  if (!/[$%]\{/.test(text)) return { kind: 'literal', origin, value: toStringValue(text) }
  const source = `<<${MARK}\n${text}\n${MARK}`
  const problem = effort.take(source, origin)
  if (problem !== undefined) throw new InvalidTemplate(problem)
  const tree = await (await loadHclParser()).toAst(source)
  const expression = tree && toExpression(tree, source, () => origin)
  if (expression === undefined) throw new InvalidTemplate()
  return withoutLastLineEnd(expression)
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
