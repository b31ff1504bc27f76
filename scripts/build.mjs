/**
 * Bundles the command and the library into dist/, so that the command starts fast. With `--clean`, as for a package, it holds
 * nothing else then.
 */

import { chmod, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { BUNDLING } from './bundling.mjs'

if (process.argv.includes('--clean')) await rm('dist', { recursive: true, force: true })
const { metafile } = await build({
  ...BUNDLING,
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  // What a command does not need is not even read: every `await import` becomes a file of its own.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'linked',
  metafile: true,
})
await chmod('dist/cli.js', 0o755)

// A command that runs right now may still load its own, older chunks, so only what is a day old goes.
const DAY_MS = 24 * 3_600_000
for (const name of await readdir('dist/chunks')) {
  const path = join('dist/chunks', name)
  const needed = Object.hasOwn(metafile.outputs, path)
  if (!needed && Date.now() - (await stat(path)).mtimeMs > DAY_MS) await rm(path)
}
