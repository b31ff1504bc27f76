/** JSON values as expressions: strings are templates in them, as HCL says. */

import type { Expression } from '../expression/expression.ts'
import type { HclParser } from '../hcl/parser.ts'
import { toExpression } from '../hcl/to-expression.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import { NULL, toStringValue } from '../value.ts'
import type { JsonNode } from './parse.ts'

/** In a heredoc a text stands as it is, apart from what is filled in. */
const MARK = 'TALOS_IMAGE_TEXT'

/** @returns undefined when a string in it is no valid template */
export async function jsonToExpression(
  file: SourceFile,
  node: JsonNode,
  loadParser: () => Promise<HclParser>,
): Promise<Expression | undefined> {
  const origin = originOf(file, node.offset)
  const inner = (one: JsonNode): Promise<Expression | undefined> => jsonToExpression(file, one, loadParser)
  switch (node.kind) {
    case 'string':
      return readText(node.text, origin, loadParser)
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

async function readText(
  text: string,
  origin: Expression['origin'],
  loadParser: () => Promise<HclParser>,
): Promise<Expression | undefined> {
  if (!/[$%]\{/.test(text)) return { kind: 'literal', origin, value: toStringValue(text) }
  const source = `<<${MARK}\n${text}\n${MARK}`
  const tree = await (await loadParser()).toAst(source)
  const expression = tree && toExpression(tree, source, () => origin)
  return expression && withoutLastLineEnd(expression)
}

/** The heredoc's own line end; what is filled in alone keeps its kind. */
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
