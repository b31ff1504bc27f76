/** What the table of attributes tells about a plan; the rest is the resource's. */

import { isDeepStrictEqual } from 'node:util'
import type { Path } from '../definition.ts'
import { type Attributes, type OpenValue, UNKNOWN } from '../schema.ts'
import type { OpenObject } from './values.ts'
import { isList } from './wire-type.ts'

/** What is proposed for something new: what only the provider knows is open. */
export function withOpenComputed(proposed: OpenObject, attributes: Attributes): OpenObject {
  const entries = Object.entries(attributes).map(([name, { set, type }]): [string, OpenValue] => {
    const value = proposed[name] ?? null
    if (value === null) return [name, set.endsWith('computed') ? UNKNOWN : null]
    const inner = typeof type === 'object' && 'object' in type ? type.object : undefined
    const isObject = typeof value === 'object' && !isList(value)
    return [name, inner !== undefined && isObject ? withOpenComputed(value, inner) : value]
  })
  return Object.fromEntries(entries)
}

/** The attributes whose change makes another resource. One that is open may change. */
export function replacedPaths(prior: OpenObject, planned: OpenObject, attributes: Attributes): readonly Path[] {
  return Object.entries(attributes)
    .filter(([name, { replaces }]) => replaces === true && !isDeepStrictEqual(prior[name], planned[name]))
    .map(([name]) => [name])
}
