/** Writes docs/commands.md, out of the same program that prints the help. */

import { rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { BUNDLING } from './bundling.mjs'

// Beside the command, where the packages are found that it does not bundle.
const bundle = new URL('../dist/docs.mjs', import.meta.url)
const program =
  "import { createCommandsPage } from './commands-page.ts'\nimport { createProgram } from '../src/cli/program.ts'\n"
await build({
  ...BUNDLING,
  stdin: {
    contents: `${program}export const page = async (io) => createCommandsPage(await createProgram(io, () => undefined))`,
    resolveDir: new URL('.', import.meta.url).pathname,
    loader: 'ts',
  },
  outfile: bundle.pathname,
})
try {
  const { page } = await import(bundle.href)
  await writeFile(
    new URL('../docs/commands.md', import.meta.url),
    await page({ out: () => undefined, err: () => undefined, columns: () => 80 }),
  )
} finally {
  await rm(bundle)
}
