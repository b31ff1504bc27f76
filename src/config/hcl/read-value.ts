/** Reads the value of one `name = value` in an HCL file. */

import type { Problem } from '../../errors.ts'
import { toObstacleProblem } from '../obstacle.ts'
import { positionAt, shift } from '../position.ts'
import { originAt, type SourceFile } from '../source-file.ts'
import type { Value } from '../value.ts'
import type { Sourced } from '../variables.ts'
import { evaluate } from './evaluate.ts'
import type { HclParser } from './parser.ts'
import type { HclArgument } from './scan.ts'
import type { TemplateEnv } from './template-text.ts'

/**
 * The constant that the argument stands for, or the problem that it stands for none.
 * @param env given where the value may call `env()`
 */
export async function readHclValue(
  file: SourceFile,
  parser: HclParser,
  argument: Omit<HclArgument, 'kind'>,
  env?: TemplateEnv,
): Promise<Sourced<Value> | Problem> {
  const start = positionAt(file.text, argument.expressionOffset)
  const evaluation = await evaluate(parser, argument.expression, env)
  if ('value' in evaluation) return { value: evaluation.value, origin: originAt(file, start) }
  const { obstacle } = evaluation
  return toObstacleProblem(argument.name, obstacle, originAt(file, shift(start, obstacle)))
}
