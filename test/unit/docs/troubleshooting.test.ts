/** The page is found by what is printed, so what it quotes must be what the code says. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const page = await readFile(`${ROOT}/docs/troubleshooting.md`, 'utf8')
const quoted = [...page.matchAll(/^### (.*)$/gm)].flatMap(([, heading = '']) =>
  [...heading.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
)

async function readSources(): Promise<string> {
  const folders = ['src', 'packages/hcloud-sandbox/src', 'packages/talos-schematic/src']
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(ROOT, folder), { recursive: true })).map((name) => join(ROOT, folder, name)),
    ),
  )
  const texts = files.flat().filter((name) => name.endsWith('.ts'))
  return (await Promise.all(texts.map((name) => readFile(name, 'utf8')))).join('\n')
}

test('the page quotes messages', () => {
  expect(quoted.length).toBeGreaterThan(20)
})

test.each(quoted)('"%s" is a message', async (text) => {
  expect(await readSources()).toContain(text)
})
