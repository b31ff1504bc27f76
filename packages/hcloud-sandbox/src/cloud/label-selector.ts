/** The label selector query language. Source: the API's documentation. */

import type { Labels } from '../domain.ts'
import { isLabelKey, isLabelValue } from './labels.ts'

/** Tells whether a resource with these labels is selected. */
export type LabelSelector = (labels: Labels) => boolean

const COMPARISON = /^(?<key>[^\s!=]+)\s*(?<operator>==?|!=)\s*(?<value>\S*)$/
const MEMBERSHIP = /^(?<key>\S+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)$/
const PRESENCE = /^(?<not>!?)\s*(?<key>[^\s!=]+)$/

/**
 * Parses `k`, `!k`, `k=v`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, joined by commas that mean 'and'.
 * A key that is not there is 'not equal' and 'not in'. An empty selector selects everything.
 * @returns undefined when the text is no selector
 */
export function parseLabelSelector(text: string): LabelSelector | undefined {
  if (text.trim() === '') return () => true
  const requirements: LabelSelector[] = []
  for (const part of splitOutsideParentheses(text)) {
    const requirement = parseRequirement(part.trim())
    if (requirement === undefined) return undefined
    requirements.push(requirement)
  }
  return (labels) => requirements.every((requirement) => requirement(labels))
}

function parseRequirement(text: string): LabelSelector | undefined {
  const membership = MEMBERSHIP.exec(text)?.groups
  if (membership !== undefined) {
    const values = (membership.values ?? '').split(',').map((value) => value.trim())
    return createRequirement(membership.key, values, membership.operator === 'notin')
  }
  const comparison = COMPARISON.exec(text)?.groups
  if (comparison !== undefined) {
    return createRequirement(comparison.key, [comparison.value ?? ''], comparison.operator === '!=')
  }
  const presence = PRESENCE.exec(text)?.groups
  const key = presence?.key ?? ''
  if (!isLabelKey(key)) return undefined
  const wanted = presence?.not !== '!'
  return (labels) => Object.hasOwn(labels, key) === wanted
}

function createRequirement(key = '', values: readonly string[], negated: boolean): LabelSelector | undefined {
  if (!isLabelKey(key) || !values.every(isLabelValue)) return undefined
  return (labels) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined
    return (value !== undefined && values.includes(value)) !== negated
  }
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/)
}
