/** What one template file holds. */

import type { Declaration } from '../declarations.ts'
import type { Found } from '../source-file.ts'
import type { ReadBody } from './block.ts'

/** Its variable declarations, and everything else. */
export interface ReadTemplate extends Found<Declaration> {
  readonly body: ReadBody
}
