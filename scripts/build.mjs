/** Bundles the command and the library into dist/, so that the command starts fast. */

import { chmod, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const { metafile } = await build({
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  // What a command does not need is not even read: every `await import` becomes a file of its own.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // These two bring native code and WebAssembly, and are installed beside the bundle.
  external: ['ssh2', '@cdktn/hcl2json'],
  banner: {
    // Some dependencies are CommonJS and ask for Node's own modules with require.
    js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
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
