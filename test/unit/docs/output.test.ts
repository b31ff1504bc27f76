/** docs/output.md names every key of every document, and keeps its own rules. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BuildLine } from '../../support/build-line.ts'
import { DOCUMENTS } from '../../support/documents.ts'

const PAGE = readFileSync(new URL('../../../docs/output.md', import.meta.url), 'utf8')

/** The keys of a schema's objects, wherever they are in it. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([property, value]): string[] => {
    if (property === 'entries' && typeof value === 'object' && value !== null) {
      return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])
    }
    return ['wrapped', 'item', 'options', 'pipe', 'value'].includes(property) || /^\d+$/.test(property)
      ? keysOf(value)
      : []
  })
}

const SCHEMAS = Object.entries({ ...DOCUMENTS, 'build --output jsonl': BuildLine })

test('the keys of a schema are found', () => {
  expect(keysOf(DOCUMENTS.plan)).toEqual(expect.arrayContaining(['images', 'existing', 'id', 'networks', 'varFiles']))
  expect(keysOf(BuildLine)).toEqual(expect.arrayContaining(['time', 'placement', 'serverType', 'at']))
})

test.each(SCHEMAS)('%s has keys in camelCase, each of which the page names', (_, schema) => {
  const keys = [...new Set(keysOf(schema))]
  expect(keys.filter((key) => !/^[a-z][a-zA-Z0-9]*$/.test(key))).toEqual([])
  const isNamed = (key: string): boolean => [`\`${key}\``, `"${key}"`].some((named) => PAGE.includes(named))
  expect(keys.filter((key) => !isNamed(key))).toEqual([])
})
