/** Bundles the command and the library into dist/, so that the command starts fast. */

import { chmod, rm } from 'node:fs/promises'
import { build } from 'esbuild'

await rm('dist', { recursive: true, force: true })
await build({
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
  // Some dependencies are CommonJS and ask for Node's own modules with require.
  banner: {
    js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
})
await chmod('dist/cli.js', 0o755)
