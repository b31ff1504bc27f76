/** What can be wrong with a schematic. */

/** One thing that is wrong with a schematic: what, where (line and column count from 1), and what to do about it. */
export interface SchematicProblem {
  readonly code: 'schematic'
  readonly message: string
  readonly at: { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  readonly hint?: string | undefined
}

/** Everything that is wrong with a schematic. */
export class SchematicError extends Error {
  override readonly name = 'SchematicError'
  /** At least one, in the order in which they stand in the text. */
  readonly problems: readonly SchematicProblem[]

  constructor(problems: readonly SchematicProblem[]) {
    super(problems.map(({ message }) => message).join('\n'))
    this.problems = problems
  }
}
