/** Bundles the benchmarks and runs them: `npm run bench`, or `npm run bench -- NAME ...` for some of them. */

import { spawnSync } from 'node:child_process'
import { build } from 'esbuild'

// Two folders deep, as the helpers of the tests are: they find the repository relative to themselves.
const outfile = 'bench/.built/main.mjs'
await build({
  entryPoints: ['bench/main.ts'],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: ['ssh2', '@cdktn/hcl2json'],
  banner: {
    js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
  },
  logLevel: 'warning',
})
const { status } = spawnSync(process.execPath, ['--expose-gc', outfile, ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(status ?? 1)
