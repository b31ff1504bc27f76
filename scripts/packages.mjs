/**
 * Makes packages of the executables for Linux that `npm run executables` has made, for installing them, and the checksums anew.
 *
 *   npm run packages
 */

import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitDate, OUT, tell, writeChecksums } from './executables/output.mjs'
import { MACHINES } from './packages/contents.mjs'
import { makeDeb } from './packages/deb.mjs'
import { makeRpm } from './packages/rpm.mjs'

const machines = MACHINES.filter(({ target }) => existsSync(join(OUT, `talos-image-${target}`)))
if (machines.length === 0)
  throw new Error('there is no executable for Linux in executables/; `npm run executables` makes them')

for (const machine of machines) {
  for (const make of [makeDeb, makeRpm]) {
    const scratch = await mkdtemp(join(tmpdir(), 'talos-image-package-'))
    try {
      const name = await make(machine, scratch, commitDate())
      tell(`${name}: ${((await stat(join(OUT, name))).size / 1e6).toFixed(1)} MB`)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }
}
await writeChecksums()
