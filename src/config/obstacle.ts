/** Values that would have to be calculated, said to the user. */

import type { Origin, Problem } from '../errors.ts'
import type { Obstacle } from './hcl/evaluate.ts'

/** The problem with a value that is not a constant. */
export function toObstacleProblem(name: string, obstacle: Pick<Obstacle, 'kind' | 'text'>, at: Origin): Problem {
  return { code: 'config', at, message: `"${name}": ${explain(obstacle)}`, hint: HINTS[obstacle.kind] }
}

function explain({ kind, text }: Pick<Obstacle, 'kind' | 'text'>): string {
  switch (kind) {
    case 'variable':
      return `variables may not be used here (${text})`
    case 'function':
      return `functions may not be called here (${text})`
    default:
      return 'expressions are not calculated here'
  }
}

const HINTS = {
  variable: 'write the value itself; for a literal ${ write $${',
  function: 'write the value itself; only the default of a variable may call a function, and only env("NAME")',
  calculation: 'write the value itself',
} as const satisfies Record<Obstacle['kind'], string>
