/** The list of endpoints in docs/sandbox.md tells the truth. `UPDATE=1 npx vitest run test/contract` writes it anew. */

import { readFileSync, writeFileSync } from 'node:fs'
import { COVERAGE } from 'hcloud-sandbox'
import { describe, expect, test } from 'vitest'
import { createOpenApiJudge } from '../support/openapi.ts'
import { findMissing, findTable, renderTable } from './endpoint-table.ts'

const DOCS = new URL('../../docs/sandbox.md', import.meta.url)
const documented = createOpenApiJudge()?.operations
const read = (): string => findTable(readFileSync(DOCS, 'utf8'))

/** Without the document, what the table itself names as missing is believed, save for what is there. */
function missing(): readonly string[] {
  return (documented ?? findMissing(read())).filter((operation) => COVERAGE[operation] === undefined)
}

describe('the endpoints in docs/sandbox.md', () => {
  test('are those of the emulated cloud', () => {
    const table = renderTable(COVERAGE, missing())
    if (process.env.UPDATE === '1') {
      const text = readFileSync(DOCS, 'utf8')
      writeFileSync(
        DOCS,
        text.replace(findTable(text), () => table),
      )
    }
    expect(read()).toBe(table)
  })

  test('are read back as they were written', () => {
    const operations = [
      'GET /servers/{id}/metrics',
      'POST /servers/{id}/actions/rebuild',
      'POST /volumes',
      'PUT /volumes/{id}',
      'GET /volumes/{id}/actions/{action_id}',
    ]
    expect(findMissing(renderTable(COVERAGE, operations))).toEqual(operations)
  })

  test('name nothing as missing that is there', () => {
    expect(findMissing(read()).filter((operation) => COVERAGE[operation] !== undefined)).toEqual([])
  })
})
