/** The syntax of labels. Source: the API's documentation. */

import * as v from 'valibot'

const NAME = /^[a-z0-9A-Z]([a-z0-9A-Z._-]{0,61}[a-z0-9A-Z])?$/
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const RESERVED_PREFIX = 'hetzner.cloud'

/** `[prefix/]name`: the prefix is a DNS subdomain, the name at most 63 characters. */
export function isLabelKey(key: string): boolean {
  const slash = key.lastIndexOf('/')
  if (slash === -1) return NAME.test(key)
  const prefix = key.slice(0, slash)
  return (
    prefix.length <= 253 && prefix.split('.').every((part) => DNS_LABEL.test(part)) && NAME.test(key.slice(slash + 1))
  )
}

/** At most 63 characters, alphanumeric at both ends, or empty. */
export function isLabelValue(value: string): boolean {
  return value === '' || NAME.test(value)
}

const isMap = (raw: unknown): boolean => typeof raw === 'object' && raw !== null && !Array.isArray(raw)

/** Labels as they are kept. As `v.record` has it, which leaves out the keys `constructor` and `prototype`. */
export const StoredLabels = v.pipe(
  v.custom<object>(isMap, 'Not a valid mapping type.'),
  v.rawTransform(({ dataset: { value: input }, addIssue }) => {
    const entries = Object.entries(input).map(([key, value]: [string, unknown]): [string, string] => {
      if (typeof value === 'string') return [key, value]
      const path: [v.ObjectPathItem] = [{ type: 'object', origin: 'value', input: { ...input }, key, value }]
      addIssue({ message: 'Not a valid string.', path })
      return [key, '']
    })
    return Object.fromEntries(entries)
  }),
)

/** Labels that a client may set. */
export const LabelsInput = v.pipe(
  StoredLabels,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const [key, value] of Object.entries(dataset.value)) {
      if (!isLabelKey(key)) addIssue({ message: `label key '${key}' is invalid` })
      else if (key.startsWith(`${RESERVED_PREFIX}/`)) addIssue({ message: `label key '${key}' has a reserved prefix` })
      if (!isLabelValue(value)) addIssue({ message: `label value '${value}' is invalid` })
    }
  }),
)
