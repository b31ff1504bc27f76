/** JSON files, and mistakes in their syntax said to the user. */

import type { Problem } from '../../errors.ts'
import { originOf, type SourceFile } from '../source-file.ts'
import { JsonMistake, type JsonNode, parseJson } from './parse.ts'

/** The file's value, or what is wrong with its syntax. */
export function readJson(file: SourceFile): JsonNode | Problem {
  try {
    return parseJson(file.text)
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error
    return {
      code: 'config',
      message: `not valid JSON: ${error.message}`,
      at: originOf(file, error.offset),
      hint: 'JSON takes double quotes only, no comments, and no comma after the last item',
    }
  }
}
