/** Reads variables from the environment. */

import type { Assignment } from './assignments.ts'
import type { Declaration } from './declarations.ts'
import { toTextValue } from './text-value.ts'

const PREFIX = 'PKR_VAR_'

/** The values of the `PKR_VAR_name` variables; those for undeclared names are ignored, as in Packer. */
export async function readEnvVariables(
  env: Readonly<Record<string, string | undefined>>,
  declarations: ReadonlyMap<string, Declaration>,
): Promise<Assignment[]> {
  const assignments: Assignment[] = []
  for (const { name, type } of declarations.values()) {
    const text = env[PREFIX + name]
    if (text === undefined) continue
    assignments.push({ name, value: await toTextValue(text, type), origin: { kind: 'env', name: PREFIX + name } })
  }
  return assignments
}
