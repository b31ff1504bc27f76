/**
 * Writes docs/commands.md, out of the same program that prints the help, the section of docs/moving.md on templates, and
 * registry/docs/, out of the Terraform provider's tables of attributes.
 */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { bundleProgram } from './bundling.mjs'

// Beside the command, where the packages are found that it does not bundle.
const bundle = new URL('../dist/docs.mjs', import.meta.url)
await bundleProgram(new URL('commands-page.ts', import.meta.url), bundle)
try {
  const { createCommandsPage, createProgram, createRegistryPages, withTemplateSection } = await import(bundle.href)
  const moving = new URL('../docs/moving.md', import.meta.url)
  await writeFile(moving, withTemplateSection(await readFile(moving, 'utf8')))
  await writeFile(
    new URL('../docs/commands.md', import.meta.url),
    createCommandsPage(
      await createProgram({ out: () => undefined, err: () => undefined, columns: () => 80 }, () => undefined),
    ),
  )
  const registry = new URL('../registry/docs/', import.meta.url)
  await rm(registry, { recursive: true, force: true })
  for (const [path, page] of await createRegistryPages(new URL('../', import.meta.url))) {
    const file = new URL(path, registry)
    await mkdir(new URL('.', file), { recursive: true })
    await writeFile(file, page)
  }
} finally {
  await rm(bundle)
}
