/** A document as YAML, which has the same value as its JSON. */

import { stringify } from 'yaml'

export function format(document: unknown): string {
  // What JSON leaves out is left out, and what older YAML takes for something else, such as `no`, is quoted.
  const data: unknown = JSON.parse(JSON.stringify(document))
  return stringify(data, { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false })
}
