/** Mistakes in the syntax of an HCL file, said to the user. */

import type { Problem } from '../../errors.ts'
import { originAt, type SourceFile } from '../source-file.ts'
import type { HclParser } from './parser.ts'

/** What is wrong with the file's syntax; empty when it is valid HCL. */
export async function findSyntaxProblems(file: SourceFile, parser: HclParser): Promise<Problem[]> {
  const mistakes = await parser.findMistakes(file.text)
  return mistakes.map((mistake) => ({
    code: 'config',
    message: `not valid HCL: ${mistake.summary.charAt(0).toLowerCase()}${mistake.summary.slice(1)}`,
    at: originAt(file, mistake),
    hint: mistake.summary === 'Invalid multi-line string' ? MISSING_QUOTE : mistake.detail,
  }))
}

/** The parser's own words speak of heredocs here; what people do is forget a quote. */
const MISSING_QUOTE = 'a string must end on the line it begins on: is a quote (") missing?'
