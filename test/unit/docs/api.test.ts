/** docs/api.md is made from the declarations; that it holds exactly what the library exports can be seen without them. */

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const index = await readFile('src/index.ts', 'utf8')
const exported = [...index.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, , names = '']) =>
  names
    .split(',')
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== ''),
)

test('every export of the library has its place in docs/api.md, and nothing else has; `npm run docs` writes it', async () => {
  const page = await readFile('docs/api.md', 'utf8')
  const headings = [...page.matchAll(/^### ([\w\\]+)(?:\(\))?$/gm)].map(([, name = '']) => name.replaceAll('\\', ''))
  expect(headings.toSorted()).toEqual(exported.toSorted())
  expect(exported.length).toBeGreaterThan(50)
})

test('the functions of the library say what they throw', async () => {
  const page = await readFile('docs/api.md', 'utf8')
  for (const name of ['plan', 'build', 'readPlanRequest', 'startSandbox', 'loadVariables', 'pruneSnapshots']) {
    const [, section = ''] = page.split(`### ${name}()`)
    expect(section.split('\n### ')[0], name).toContain('#### Throws')
  }
})
