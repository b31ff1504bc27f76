/** Reads the arguments and blocks of an HCL text, with their expressions. */

import type { Problem } from '../../errors.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import type { Attribute, Block, ReadBody } from '../template/block.ts'
import type { HclParser } from './parser.ts'
import { readPlainExpression } from './plain-expression.ts'
import type { HclArgument, HclBlock, HclItem } from './scan.ts'
import { toExpression } from './to-expression.ts'

/** @param items as `scanHcl` found them in the file, or in one of its blocks */
export async function readHclBody(file: SourceFile, parser: HclParser, items: readonly HclItem[]): Promise<ReadBody> {
  const attributes: Attribute[] = []
  const blocks: Block[] = []
  const problems: Problem[] = []
  for (const item of items) {
    if (item.kind === 'argument') {
      const read = await readHclAttribute(file, parser, item)
      if ('message' in read) problems.push(read)
      else attributes.push(read)
    } else {
      const { block, problems: inside } = await readHclBlock(file, parser, item)
      blocks.push(block)
      problems.push(...inside)
    }
  }
  return { attributes, blocks, problems }
}

export async function readHclBlock(
  file: SourceFile,
  parser: HclParser,
  { type, labels, offset, items }: HclBlock,
): Promise<{ readonly block: Block; readonly problems: readonly Problem[] }> {
  const { problems, ...body } = await readHclBody(file, parser, items)
  return { block: { type, labels, origin: originOf(file, offset), ...body }, problems }
}

/** One argument, or the problem that its expression cannot be read. */
async function readHclAttribute(
  file: SourceFile,
  parser: HclParser,
  { name, offset, expression: text, expressionOffset }: HclArgument,
): Promise<Attribute | Problem> {
  const plain = readPlainExpression(text, originOf(file, expressionOffset))
  const tree = plain === undefined ? await parser.toAst(text) : undefined
  const expression = plain ?? (tree && toExpression(tree, text, (inside) => originOf(file, expressionOffset + inside)))
  if (expression !== undefined) return { name, origin: originOf(file, offset), expression }
  return {
    code: 'config',
    message: `the expression of "${name}" cannot be read here`,
    at: originOf(file, expressionOffset),
    hint: PACKER_HINT,
  }
}
