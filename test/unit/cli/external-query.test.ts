import { describe, expect, test } from 'vitest'
import { parseExternalQuery } from '../../../src/cli/external-query.ts'
import { type Problem, TalosImageError } from '../../../src/errors.ts'

function problemsOf(text: string): readonly Problem[] {
  try {
    parseExternalQuery(text)
  } catch (error) {
    if (error instanceof TalosImageError) return error.problems
    throw error
  }
  return []
}

const lines = (text: string): string[] => problemsOf(text).map(({ message, hint }) => `${message}; ${hint}`)

describe('a query', () => {
  test.each([
    [{ architecture: 'x86' }, 'os=talos,!role', undefined],
    [{ architecture: 'x86', role: 'none' }, 'os=talos,!role', undefined],
    [{ architecture: 'x86', role: '', selector: '', talos_version: '' }, 'os=talos,!role', undefined],
    [{ architecture: 'x86', role: 'worker' }, 'os=talos,role=worker', 'worker'],
    [{ architecture: 'x86', selector: 'a=b' }, 'a=b', null],
    [
      { architecture: 'x86', role: 'worker', talos_version: 'v1.12.2' },
      'os=talos,role=worker,version=v1.12.2',
      'worker',
    ],
    [{ architecture: 'x86', selector: 'a=b', talos_version: 'v1.13.0-beta.1' }, 'a=b,version=v1.13.0-beta.1', null],
  ])('%j looks for %s', (query, selector, role) => {
    expect(parseExternalQuery(JSON.stringify(query))).toMatchObject({ architecture: 'x86', selector, role })
  })

  test.each([
    ['', 'there is no query on standard input; give a JSON object of text'],
    [' \n', 'there is no query on standard input'],
    ['{', 'the query is not JSON: '],
    ['"x86"', 'the query is not a JSON object'],
    ['null', 'the query is not a JSON object'],
    ['[{"architecture": "x86"}]', 'the query is not a JSON object'],
    ['{}', 'the query has no architecture; add'],
    ['{"architecture": ""}', 'the query has no architecture; add'],
    ['{"architecture": "amd64"}', 'query architecture: there is no "amd64"; Hetzner calls it "x86"'],
    ['{"architecture": "constructor"}', 'query architecture: there is no "constructor"; use arm or x86'],
    ['{"architecture": 86}', 'query architecture: 86 is not text; put it in quotes'],
    ['{"architecture": "x86", "role": null}', 'query role: null is not text; put it in quotes; leave it out for none'],
    ['{"architecture": "x86", "role": "GPU"}', 'query role: "GPU" is not the name of a role; use small letters'],
    ['{"architecture": "x86", "selctor": "a"}', 'query: there is no key "selctor"; did you mean "selector"?'],
    ['{"architecture": "x86", "__proto__": "a"}', 'query: there is no key "__proto__"; there are architecture, role'],
    ['{"architecture": "x86", "talos_version": "v1.12"}', 'query talos_version: "v1.12" is not a whole version'],
    ['{"architecture": "x86", "talos_version": "1.12.2"}', 'query talos_version: "1.12.2" is not a whole version'],
    ['{"architecture": "x86", "role": "worker", "selector": "a"}', 'the query has a role and a selector'],
  ])('%s is refused, for one reason', (text, message) => {
    expect(lines(text)).toEqual([expect.stringContaining(message)])
  })

  test('is refused for all reasons at once', () => {
    const found = problemsOf(
      '{"architecture": 1, "role": "x y", "selector": "a", "other": "b", "talos_version": "latest"}',
    )
    expect(found).toHaveLength(5)
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['usage']))
  })
})
