/** A configuration is checked before anything is looked up. */

import type { Diagnostic } from '../definition.ts'
import type { Attributes } from '../schema.ts'
import { attempt } from './diagnostics.ts'
import type { Message, Received } from './message.ts'
import { type OpenObject, readConfig } from './values.ts'

interface Checked {
  readonly attributes: Attributes
  validate?(config: OpenObject): Promise<readonly Diagnostic[]>
}

/** Messages of what is wrong with it, and of what is deprecated. */
export async function check(definition: Checked, request: Received): Promise<readonly Message[]> {
  const { attributes } = definition
  const [, said] = await attempt(undefined, async (say) => {
    const config = readConfig(request, attributes)
    say(findDeprecated(config, attributes))
    say(await definition.validate?.(config))
  })
  return said
}

/** Terraform itself does not warn of them. */
function findDeprecated(config: OpenObject, attributes: Attributes): readonly Diagnostic[] {
  return Object.entries(attributes).flatMap(([name, { deprecated }]): readonly Diagnostic[] =>
    deprecated === undefined || config[name] === null
      ? []
      : [{ severity: 'warning', summary: `${name} is deprecated`, detail: deprecated, path: [name] }],
  )
}
