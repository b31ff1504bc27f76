/** The list of endpoints in docs/sandbox.md tells the truth. `UPDATE=1 npm run test:contract` writes it anew. */

import { readFileSync, writeFileSync } from 'node:fs'
import { COVERAGE } from 'hcloud-sandbox'
import { describe, expect, test } from 'vitest'
import { createOpenApiJudge } from '../openapi/judge.ts'
import { findTable, renderTable } from './endpoint-table.ts'

const DOCS = new URL('../../../../docs/sandbox.md', import.meta.url)

describe('the endpoints in docs/sandbox.md', () => {
  test('are those of the emulated cloud', () => {
    const missing = createOpenApiJudge().operations.filter((operation) => COVERAGE[operation] === undefined)
    const table = renderTable(COVERAGE, missing)
    const text = readFileSync(DOCS, 'utf8')
    const found = findTable(text)
    if (process.env.UPDATE === '1')
      writeFileSync(
        DOCS,
        text.replace(found, () => table),
      )
    expect(process.env.UPDATE === '1' ? table : found).toBe(table)
  })
})
