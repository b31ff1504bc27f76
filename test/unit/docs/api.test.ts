/** docs/api/ is made from the declarations; that it holds exactly what the library exports can be seen without them. */

import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const index = await readFile('src/index.ts', 'utf8')
const exported = [...index.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, , names = '']) =>
  names
    .split(',')
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== ''),
)

const names = (await readdir('docs/api')).sort()
const pages = await Promise.all(names.map((name) => readFile(`docs/api/${name}`, 'utf8')))

test('every export of the library has its place in docs/api/, and nothing else has; `npm run docs` writes it', () => {
  const headings = [...pages.join('\n').matchAll(/^## ([\w\\]+)(?:\(\))?$/gm)].map(([, name = '']) =>
    name.replaceAll('\\', ''),
  )
  expect(headings.toSorted()).toEqual(exported.toSorted())
  expect(exported.length).toBeGreaterThan(50)
})

test('no page of docs/api/ is longer than one can take in, and docs/api.md names all of them', async () => {
  const index = await readFile('docs/api.md', 'utf8')
  for (const [place, page] of pages.entries()) {
    expect(page.split('\n').length, names[place]).toBeLessThan(1200)
    expect(index).toContain(`](api/${names[place]})`)
  }
})

test('links lead to what there is', async () => {
  const anchorsOf = (text: string): string[] => {
    const slugs = [...text.matchAll(/^#+ ([\w\\]+)(?:\(\))?$/gm)].map(([, name = '']) =>
      name.replaceAll('\\', '').toLowerCase(),
    )
    // As GitHub tells headings of the same name apart.
    const apart = slugs.map((slug, place) => {
      const before = slugs.slice(0, place).filter((other) => other === slug).length
      return before === 0 ? slug : `${slug}-${before}`
    })
    return [...apart, ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id)]
  }
  const all = new Map(names.map((name, place) => [name, anchorsOf(pages[place] ?? '')]))
  const index = await readFile('docs/api.md', 'utf8')
  for (const [from, text] of [
    ['api.md', index] as const,
    ...names.map((name, place) => [name, pages[place] ?? ''] as const),
  ]) {
    const links = [...text.matchAll(/\]\((?:api\/)?([\w-]+\.md)?#([\w-]+)\)/g)]
    const broken = links.filter(([, page = from, anchor = '']) => all.get(page)?.includes(anchor) !== true)
    expect(broken.map(([link]) => `${from} ${link}`)).toEqual([])
  }
})

test('the functions of the library say what they throw', () => {
  for (const name of ['plan', 'build', 'readPlanRequest', 'startSandbox', 'loadVariables', 'pruneSnapshots']) {
    const [, section = ''] = pages.join('\n').split(`\n## ${name}()`)
    expect(section.split('\n## ')[0], name).toContain('### Throws')
  }
})
