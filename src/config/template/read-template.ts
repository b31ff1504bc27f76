/** Reads one file of a template: the variables that it declares, and its other blocks. */

import type { Problem } from '../../errors.ts'
import type { Declaration } from '../declarations.ts'
import { loadHclParser } from '../hcl/parser.ts'
import { readHclBody } from '../hcl/read-body.ts'
import { type HclItem, scanHcl } from '../hcl/scan.ts'
import { type JsonMember, readJson } from '../json/parse.ts'
import { membersOf, readJsonBody } from '../json/read-body.ts'
import { readDeclarations } from '../read-declarations.ts'
import type { Found, SourceFile } from '../source-file.ts'
import type { ReadBody } from './block.ts'

/** Its variable declarations with what is wrong in them, and everything else. */
export interface ReadTemplate extends Found<Declaration> {
  readonly body: ReadBody
}

const VARIABLE_BLOCKS = new Set(['variable', 'variables'])

/** @param env what `env()` may read in a default */
export async function readTemplateFile(
  file: SourceFile,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadTemplate> {
  const parts = await (file.name.endsWith('.json') ? readJsonParts(file) : readHclParts(file))
  if (Array.isArray(parts)) return { items: [], problems: parts, body: { attributes: [], blocks: [], problems: [] } }
  const { variables, body } = parts
  const { items, problems } = readDeclarations(variables.blocks, env)
  return { items, problems: [...variables.problems, ...problems], body }
}

interface Parts {
  readonly variables: ReadBody
  readonly body: ReadBody
}

async function readHclParts(file: SourceFile): Promise<Parts | Problem[]> {
  const parser = await loadHclParser()
  const problems = await parser.findSyntaxProblems(file)
  if (problems.length > 0) return problems
  const items = scanHcl(file.text)
  const read = (wanted: boolean): Promise<ReadBody> => {
    const isWanted = (item: HclItem) => (item.kind === 'block' && VARIABLE_BLOCKS.has(item.type)) === wanted
    return readHclBody(file, parser, items.filter(isWanted))
  }
  return { variables: await read(true), body: await read(false) }
}

async function readJsonParts(file: SourceFile): Promise<Parts | Problem[]> {
  const root = readJson(file)
  if ('message' in root) return [root]
  const members = membersOf(root)
  const read = (wanted: boolean): Promise<ReadBody> => {
    const isWanted = ({ name }: JsonMember) => VARIABLE_BLOCKS.has(name) === wanted
    return readJsonBody(file, members.filter(isWanted))
  }
  return { variables: await read(true), body: await read(false) }
}
