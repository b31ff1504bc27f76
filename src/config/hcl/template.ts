/** Reads a `*.pkr.hcl` file: its variable declarations, and all its other blocks. */

import type { Problem } from '../../errors.ts'
import type { Declaration } from '../declarations.ts'
import { declare } from '../declared-type.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import { type Block, EMPTY_BODY } from '../template/block.ts'
import type { ReadTemplate } from '../template/read-template.ts'
import { findSyntaxProblems } from './find-problems.ts'
import type { HclParser } from './parser.ts'
import { readHclBlock, readHclBody } from './read-body.ts'
import { readHclValue } from './read-value.ts'
import { type HclArgument, type HclBlock, scanHcl } from './scan.ts'
import type { TemplateEnv } from './template-text.ts'

/** @param env what `env()` may read in a default */
export async function readHclTemplate(file: SourceFile, parser: HclParser, env: TemplateEnv): Promise<ReadTemplate> {
  const mistakes = await findSyntaxProblems(file, parser)
  if (mistakes.length > 0) return { items: [], problems: mistakes, body: EMPTY_BODY }

  const items: Declaration[] = []
  const problems: Problem[] = []
  const scanned = scanHcl(file.text)
  for (const block of scanned) {
    if (block.kind !== 'block') continue
    if (block.type === 'variable') {
      const [name] = block.labels
      if (name === undefined || block.labels.length > 1) problems.push(toLabelProblem(file, block))
      else await add(name, block, findArgument(block, 'type'), findArgument(block, 'default'), await readMore(block))
    } else if (block.type === 'variables') {
      for (const item of block.items) if (item.kind === 'argument') await add(item.name, item, undefined, item)
    }
  }
  const others = scanned.filter((item) => item.kind !== 'block' || !VARIABLE_BLOCKS.has(item.type))
  return { items, problems, body: await readHclBody(file, parser, others) }

  async function add(
    name: string,
    at: { readonly offset: number },
    type: HclArgument | undefined,
    argument: HclArgument | undefined,
    more: Pick<Declaration, 'isSensitive' | 'validations'> = {},
  ): Promise<void> {
    const origin = originOf(file, at.offset)
    const defaultValue = argument && (await readHclValue(file, parser, { ...argument, name }, env))
    if (defaultValue !== undefined && 'message' in defaultValue) {
      problems.push(defaultValue)
      return
    }
    const typeText = type && { text: type.expression, origin: originOf(file, type.expressionOffset) }
    const declared = declare(name, origin, typeText, defaultValue)
    items.push(...declared.items.map((item) => ({ ...item, ...more })))
    problems.push(...declared.problems)
  }

  async function readMore(block: HclBlock): Promise<Pick<Declaration, 'isSensitive' | 'validations'>> {
    const validations: Block[] = []
    for (const item of block.items) {
      if (item.kind !== 'block' || item.type !== 'validation') continue
      const read = await readHclBlock(file, parser, item)
      validations.push(read.block)
      problems.push(...read.problems)
    }
    return { isSensitive: findArgument(block, 'sensitive')?.expression === 'true', validations }
  }
}

/** Those that are read here already. */
const VARIABLE_BLOCKS = new Set(['variable', 'variables', 'packer'])

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
