/** `npm run openapi -- FILE` takes the facts out of Hetzner's OpenAPI document that the sandbox is held against. */

import { readFile, rm, writeFile } from 'node:fs/promises'
import { bundleProgram } from './bundling.mjs'

const [source] = process.argv.slice(2)
if (source === undefined)
  throw new Error('npm run openapi -- FILE, which https://docs.hetzner.cloud/cloud.spec.json is')

const bundle = new URL(`../dist/openapi-${process.pid}.mjs`, import.meta.url)
await bundleProgram(new URL('openapi-facts.ts', import.meta.url), bundle)
try {
  const { extractFacts } = await import(bundle.href)
  const facts = extractFacts(JSON.parse(await readFile(source, 'utf8')))
  await writeFile(new URL('../packages/hcloud-sandbox/test/openapi/facts.json', import.meta.url), facts)
} finally {
  await rm(bundle, { force: true })
}
