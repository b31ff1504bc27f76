/** Paths that the pages for contributors name are there. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const DECISIONS = 'docs/decisions'
const PAGES = [
  'CONTRIBUTING.md',
  'docs/architecture.md',
  ...readdirSync(DECISIONS).map((name) => `${DECISIONS}/${name}`),
]
/** What a path may be below: `hetzner/client.ts` means `src/hetzner/client.ts`. */
const ROOTS = ['', 'src', 'packages/hcloud-sandbox', 'packages/hcloud-sandbox/src']

/** Files and folders in code spans; NAME stands for a name of one's own. */
function pathsIn(text: string): string[] {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return spans
    .filter((span) => /^[\w.-]+(\/[\w.-]+)*(\/|\.(ts|mts|mjs|md|json|ya?ml|hcl|sh|py))$/.test(span))
    .filter((path) => path.includes('/') && !/NAME|dist\//.test(path))
}

test.each(PAGES)('%s names only paths that exist', (page) => {
  const missing = pathsIn(readFileSync(page, 'utf8')).filter(
    (path) => !ROOTS.some((root) => existsSync(join(root, path))),
  )
  expect(missing).toEqual([])
})

test('paths are found', () => {
  expect(pathsIn(readFileSync('docs/architecture.md', 'utf8')).length).toBeGreaterThan(40)
})

test('the index of the decisions has each of them', () => {
  const index = readFileSync(`${DECISIONS}/README.md`, 'utf8')
  const linked = [...index.matchAll(/\]\(([^)]+)\)/g)].map(([, name]) => name)
  expect(linked).toEqual(readdirSync(DECISIONS).filter((name) => name !== 'README.md'))
})
