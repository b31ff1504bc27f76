/** Takes a picture of a real build in the sandbox: `npm run picture` writes docs/build.svg. A minute and a half. */

import { spawnSync } from 'node:child_process'
import { build } from 'esbuild'
import { BUNDLING } from './bundling.mjs'

// Two folders deep, as the support files of the tests are: they find the repository relative to themselves.
const outfile = 'scripts/.built/picture.mjs'
await build({ ...BUNDLING, entryPoints: ['scripts/picture/main.ts'], outfile })
const { status } = spawnSync(process.execPath, [outfile], { stdio: 'inherit' })
process.exit(status ?? 1)
