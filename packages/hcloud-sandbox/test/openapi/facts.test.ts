import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** All names and texts of a document. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(textsOf)]
}

test('hold no sentences, only names: a method and a path are the longest text', () => {
  const texts = textsOf(JSON.parse(readFileSync(new URL('facts.json', import.meta.url), 'utf8')))
  expect(texts.length).toBeGreaterThan(1000)
  expect(texts.filter((text) => text.split(/\s+/).length > 2)).toEqual([])
  expect(texts.filter((text) => /\s/.test(text) && !/^(GET|POST|PUT|DELETE) \//.test(text))).toEqual([])
})
