/**
 * Makes what installs the archives in executables/ from a release: a script, a formula for Homebrew and an expression for Nix, with the
 * version and the checksums of these archives; and SHA256SUMS anew.
 *
 *   npm run installers
 *
 * GITHUB_REPOSITORY is where the release is, as in a workflow.
 */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashFile, OUT, OWN, tell, writeChecksums } from './executables/output.mjs'
import { TARGETS } from './executables/runtimes.mjs'
import { toFormula } from './installers/homebrew.mjs'
import { toNix } from './installers/nix.mjs'

const { GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY = 'OWNER/talos-image' } = process.env
const releases = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/releases`

const present = await readdir(OUT)
const archives = []
for (const target of TARGETS.keys()) {
  const name = `talos-image-${target}.tar.gz`
  if (!present.includes(name)) continue
  archives.push({ target, url: `${releases}/download/v${OWN.version}/${name}`, sha256: await hashFile(name) })
}
if (archives.length === 0) throw new Error('there is no archive in executables/; `npm run executables` makes them')

const script = await readFile('scripts/installers/install.sh', 'utf8')
const written = {
  'install.sh': script
    .replace(/^RELEASES=.*$/m, `RELEASES=${releases}`)
    .replace(/^VERSION=.*$/m, `VERSION=${OWN.version}`),
  'talos-image.rb': toFormula({ own: OWN, archives }),
  'talos-image.nix': toNix({ own: OWN, archives }),
}
for (const [name, text] of Object.entries(written)) await writeFile(join(OUT, name), text)
await writeChecksums()
tell(`${Object.keys(written).join(', ')}: of ${archives.map(({ target }) => target).join(', ')}`)
