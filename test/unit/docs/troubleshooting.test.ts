/** The page is found by what is printed, so what it quotes must be what the code says. */

import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const page = await readFile(`${ROOT}/docs/troubleshooting.md`, 'utf8')
const quoted = [...page.matchAll(/^### (.*)$/gm)].flatMap(([, heading = '']) =>
  [...heading.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
)

async function readSources(): Promise<string> {
  const files = await readdir(`${ROOT}/src`, { recursive: true })
  const texts = files.filter((name) => name.endsWith('.ts')).map((name) => readFile(`${ROOT}/src/${name}`, 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

test('the page quotes messages', () => {
  expect(quoted.length).toBeGreaterThan(20)
})

test.each(quoted)('"%s" is a message', async (text) => {
  expect(await readSources()).toContain(text)
})
