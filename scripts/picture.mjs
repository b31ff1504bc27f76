/** Takes a picture of a real build in the sandbox: `npm run picture` writes docs/build.svg. A minute and a half. */

import { spawnSync } from 'node:child_process'
import { bundleProgram } from './bundling.mjs'

// Two folders deep, as the support files of the tests are: they find the repository relative to themselves.
const program = new URL('.built/picture.mjs', import.meta.url)
await bundleProgram(new URL('picture/main.ts', import.meta.url), program)
const { status } = spawnSync(process.execPath, [program.pathname], { stdio: 'inherit' })
process.exit(status ?? 1)
