import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withTemplateSection } from '../../../scripts/template-section.ts'
import { ROOT } from '../../support/command.ts'

test('docs/moving.md says of templates what their tables say; `npm run docs` writes it', async () => {
  const page = await readFile(join(ROOT, 'docs/moving.md'), 'utf8')
  expect(withTemplateSection(page)).toBe(page)
  expect(page).toContain('`startswith`')
})
