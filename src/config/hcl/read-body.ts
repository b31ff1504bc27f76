/** Reads the arguments and blocks of an HCL text, with their expressions. */

import type { Problem } from '../../errors.ts'
import type { Expression } from '../expression/expression.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import type { Attribute, Block, ReadBody } from '../template/block.ts'
import { NULL, toBoolValue, toStringValue, type Value } from '../value.ts'
import { Effort } from './effort.ts'
import type { HclParser } from './parser.ts'
import type { HclArgument, HclItem } from './scan.ts'
import { toExpression } from './to-expression.ts'

/** @param items as `scanHcl` found them in the file, or in one of its blocks */
export async function readHclBody(
  file: SourceFile,
  parser: HclParser,
  items: readonly HclItem[],
  effort: Effort = new Effort(),
): Promise<ReadBody> {
  const attributes: Attribute[] = []
  const blocks: Block[] = []
  const problems: Problem[] = []
  for (const item of items) {
    const origin = originOf(file, item.offset)
    if (item.kind === 'argument') {
      const expression = await readHclExpression(file, parser, item, effort)
      if ('message' in expression) problems.push(expression)
      else attributes.push({ name: item.name, origin, expression, text: item.expression })
    } else {
      const { problems: inside, ...body } = await readHclBody(file, parser, item.items, effort)
      blocks.push({ type: item.type, labels: item.labels, origin, ...body })
      problems.push(...inside)
    }
  }
  return { attributes, blocks, problems }
}

/** The expression of an argument, or the problem that it cannot be read. */
export async function readHclExpression(
  file: SourceFile,
  parser: HclParser,
  argument: Pick<HclArgument, 'name' | 'expression' | 'expressionOffset'> & Partial<Pick<HclArgument, 'levels'>>,
  effort: Effort = new Effort(),
): Promise<Expression | Problem> {
  const { name, expression: text, expressionOffset } = argument
  const origin = originOf(file, expressionOffset)
  const plain = readPlainExpression(text)
  if (plain !== undefined) return { ...plain, origin }
  const problem = effort.take(text, origin, argument.levels)
  if (problem !== undefined) return problem
  const tree = await parser.toAst(text)
  const expression = tree && toExpression(tree, text, (inside) => originOf(file, expressionOffset + inside))
  return expression ?? toUnreadProblem(name, origin)
}

/** That the expression of an argument cannot be read. */
export function toUnreadProblem(name: string, at: Problem['at']): Problem {
  return { code: 'config', message: `the expression of "${name}" cannot be read here`, at, hint: PACKER_HINT }
}

const TEXT = /^"([^"\\$%\n]*)"$/
const REFERENCE = /^([A-Za-z_][\w-]*)(?:\.([A-Za-z_][\w-]*))?$/
const WORDS: ReadonlyMap<string, Value> = new Map([
  ['null', NULL],
  ['true', toBoolValue(true)],
  ['false', toBoolValue(false)],
])

/** The most frequent expressions, without the parser, which takes milliseconds for each. */
function readPlainExpression(text: string) {
  const plain = TEXT.exec(text)?.[1]
  const value = plain === undefined ? WORDS.get(text) : toStringValue(plain)
  if (value !== undefined) return { kind: 'literal', value } as const
  const [, root, name] = REFERENCE.exec(text) ?? []
  if (root === undefined) return undefined
  return { kind: 'reference', root, steps: name === undefined ? [] : [name] } as const
}
