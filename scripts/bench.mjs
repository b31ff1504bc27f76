/** Bundles the benchmarks and runs them: `npm run bench`, or `npm run bench -- NAME ...` for some of them. */

import { spawnSync } from 'node:child_process'
import { copyFile } from 'node:fs/promises'
import { bundleProgram } from './bundling.mjs'

// Two folders deep, as the support files of the tests are: they find the repository relative to themselves.
const program = new URL('../bench/.built/main.mjs', import.meta.url)
await bundleProgram(new URL('../bench/main.ts', import.meta.url), program)
// What checks the answers of the sandbox finds it beside itself.
await copyFile(
  new URL('../packages/hcloud-sandbox/test/openapi/facts.json', import.meta.url),
  new URL('facts.json', program),
)
const { status } = spawnSync(process.execPath, ['--expose-gc', program.pathname, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
