/** Reads the variable declarations of a `*.pkr.hcl` file. */

import type { Problem } from '../../errors.ts'
import { type Declaration, isVariableName } from '../declarations.ts'
import { declare } from '../declared-type.ts'
import { type Found, originOf, type SourceFile } from '../source-file.ts'
import { findSyntaxProblems } from './find-problems.ts'
import type { HclParser } from './parser.ts'
import { readHclValue } from './read-value.ts'
import { type HclArgument, type HclBlock, scanHcl } from './scan.ts'
import type { TemplateEnv } from './template-text.ts'

/**
 * The declarations in the `variable` and `variables` blocks of a template; all else in it is left alone.
 * Defaults and types are read only for the variables that this program knows.
 * @param env what `env()` may read in a default
 */
export async function readHclTemplate(
  file: SourceFile,
  parser: HclParser,
  env: TemplateEnv,
): Promise<Found<Declaration>> {
  const mistakes = await findSyntaxProblems(file, parser)
  if (mistakes.length > 0) return { items: [], problems: mistakes }

  const items: Declaration[] = []
  const problems: Problem[] = []
  for (const block of scanHcl(file.text)) {
    if (block.kind !== 'block') continue
    if (block.type === 'variable') {
      const [name] = block.labels
      if (name === undefined || block.labels.length > 1) problems.push(toLabelProblem(file, block))
      else await add(name, block, findArgument(block, 'type'), findArgument(block, 'default'))
    } else if (block.type === 'variables') {
      for (const item of block.items) if (item.kind === 'argument') await add(item.name, item, undefined, item)
    }
  }
  return { items, problems }

  async function add(
    name: string,
    at: { readonly offset: number },
    type: HclArgument | undefined,
    argument: HclArgument | undefined,
  ): Promise<void> {
    const origin = originOf(file, at.offset)
    if (!isVariableName(name)) {
      items.push({ name, type: 'any', origin })
      return
    }
    const defaultValue = argument && (await readHclValue(file, parser, { ...argument, name }, env))
    if (defaultValue !== undefined && 'message' in defaultValue) {
      problems.push(defaultValue)
      return
    }
    const typeText = type && { text: type.expression, origin: originOf(file, type.expressionOffset) }
    const declared = declare(name, origin, typeText, defaultValue)
    items.push(...declared.items)
    problems.push(...declared.problems)
  }
}

function findArgument(block: HclBlock, name: string): HclArgument | undefined {
  return block.items.find((item): item is HclArgument => item.kind === 'argument' && item.name === name)
}

function toLabelProblem(file: SourceFile, block: HclBlock): Problem {
  return {
    code: 'config',
    message: 'a variable block must have exactly one name',
    at: originOf(file, block.offset),
    hint: 'write variable "name" { ... }',
  }
}
