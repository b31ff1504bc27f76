/** Reads an HCL var file: `name = value` lines. */

import type { Problem } from '../../errors.ts'
import { type Assigned, type Assignment, toUndeclaredProblem } from '../assignments.ts'
import { evaluateConstant } from '../constants.ts'
import { Budget } from '../expression/budget.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import { Effort } from './effort.ts'
import type { HclParser } from './parser.ts'
import { readHclExpression } from './read-body.ts'
import { type HclBlock, scanHcl } from './scan.ts'

/**
 * The values in the file. Undeclared names are a warning, and their values are not looked at, as in Packer.
 * @param declared the names a template declares; undefined when they are not known
 */
export async function readHclVarFile(
  file: SourceFile,
  parser: HclParser,
  declared: ReadonlySet<string> | undefined,
): Promise<Assigned> {
  const mistakes = await parser.findSyntaxProblems(file)
  if (mistakes.length > 0) return { items: [], problems: mistakes, warnings: [] }

  const items: Assignment[] = []
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const budget = new Budget()
  const effort = new Effort()
  for (const item of scanHcl(file.text)) {
    if (item.kind === 'block') {
      problems.push(toBlockProblem(file, item))
    } else if (declared !== undefined && !declared.has(item.name)) {
      warnings.push(toUndeclaredProblem(item.name, originOf(file, item.offset), declared))
    } else {
      const expression = await readHclExpression(file, parser, item, effort)
      const value = 'message' in expression ? expression : evaluateConstant(item.name, expression, undefined, budget)
      if ('message' in value) problems.push(value)
      // The tree of a quoted text begins behind its quote.
      else items.push({ name: item.name, value: value.value, origin: originOf(file, item.expressionOffset) })
    }
  }
  return { items, problems, warnings }
}

function toBlockProblem(file: SourceFile, block: HclBlock): Problem {
  const [name = 'name'] = block.type === 'variable' ? block.labels : []
  return {
    code: 'config',
    message: `a var file gives values to variables and holds no "${block.type}" blocks`,
    at: originOf(file, block.offset),
    hint: `write ${name} = "value"; declarations belong in a *.pkr.hcl file`,
  }
}
