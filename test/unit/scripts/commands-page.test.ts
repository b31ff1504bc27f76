import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createCommandsPage, createProgram } from '../../../scripts/commands-page.ts'
import { testIo } from '../cli/fixture.ts'

test('docs/commands.md is what the help says; `npm run docs` writes it', async () => {
  const page = createCommandsPage(await createProgram(testIo(), () => undefined))
  expect(await readFile('docs/commands.md', 'utf8')).toBe(page)
  expect(page).toContain('| `--role <role>` | such as worker, or none for generic images; repeatable |')
  expect(page).toContain('talos-image doctor --ssh-host github.com   # whether SSH gets out\n')
})
