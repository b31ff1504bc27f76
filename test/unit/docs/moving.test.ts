import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withTemplateSection } from '../../../scripts/template-section.ts'
import { buildParameters } from '../../../src/cli/build-flags.ts'
import { ROOT } from '../../support/command.ts'

test('docs/moving.md says of templates what their tables say; `npm run docs` writes it', async () => {
  const page = await readFile(join(ROOT, 'docs/moving.md'), 'utf8')
  expect(withTemplateSection(page)).toBe(page)
  expect(page).toContain('`startswith`')
})

test('the flags that its tables give for those of other tools are flags of build', async () => {
  const page = await readFile(join(ROOT, 'docs/moving.md'), 'utf8')
  const known = Object.keys(buildParameters).flatMap((name) => name.match(/--[\w-]+/g) ?? [])
  const tables = page.matchAll(/^\| [^\n]* \| `talos-image build` \|[^\n]*\n\|[-|]+\n((?:\|.*\n)+)/gm)
  const rows = [...tables].flatMap(([, table = '']) => table.trimEnd().split('\n'))
  const flags = rows.flatMap((row) => row.split(' | ')[1]?.match(/(?<![\w-])--[\w-]+/g) ?? [])
  expect(rows.length).toBeGreaterThan(15)
  expect(flags).toEqual(expect.arrayContaining(['--label', '--tfvars', '--schematic', '--image-file']))
  expect(flags.filter((flag) => !known.includes(flag))).toEqual([])
})
