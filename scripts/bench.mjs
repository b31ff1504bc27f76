/** Bundles the benchmarks and runs them: `npm run bench`, or `npm run bench -- NAME ...` for some of them. */

import { spawnSync } from 'node:child_process'
import { build } from 'esbuild'
import { BUNDLING } from './bundling.mjs'

// Two folders deep, as the support files of the tests are: they find the repository relative to themselves.
const outfile = 'bench/.built/main.mjs'
await build({ ...BUNDLING, entryPoints: ['bench/main.ts'], outfile })
const { status } = spawnSync(process.execPath, ['--expose-gc', outfile, ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(status ?? 1)
