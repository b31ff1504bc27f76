import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createRegistryPages } from '../../../scripts/provider-pages.ts'

const ROOT = new URL('../../../', import.meta.url)
const DOCS = new URL('registry/docs/', ROOT)

test('the pages of the registry are those that `npm run docs` writes, and no others', async () => {
  const pages = await createRegistryPages(ROOT)
  for (const [path, page] of pages) expect(await readFile(new URL(path, DOCS), 'utf8'), path).toBe(page)
  const written = (await readdir(DOCS, { recursive: true })).filter((path) => path.endsWith('.md'))
  expect(written.toSorted()).toEqual([...pages.keys()].toSorted())
})

test('they say of each attribute who sets it', async () => {
  const page = (await createRegistryPages(ROOT)).get('resources/snapshot.md') ?? ''
  expect(page).toMatch(
    /### Required\n\n- `architecture` \(String\) .*### Optional\n.*- `timeouts` \(Attributes\) .*### Read-Only\n\n- `adopted`/s,
  )
  expect(page).toContain('### Nested Schema for `timeouts`')
  expect(page).toContain('terraform import talosimage_snapshot.this 123456789')
})
