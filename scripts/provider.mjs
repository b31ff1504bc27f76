/**
 * Makes the Terraform provider of the executables in executables/, as registries want it: it is the same file under another name, in
 * a .zip for each system, with a manifest and checksums of its own, which `npm run sign` signs.
 * https://developer.hashicorp.com/terraform/registry/providers/publishing
 *
 *   npm run provider
 */

import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { commitDate, OUT, OWN, tell, writeChecksums } from './executables/output.mjs'
import { TARGETS } from './executables/runtimes.mjs'
import { toolOf } from './executables/tool.mjs'

const NAME = `terraform-provider-talosimage_${OWN.version}`
/** A provider is found by this name in its .zip. */
const PROGRAM = `terraform-provider-talosimage_v${OWN.version}`

const present = await readdir(OUT)
const targets = [...TARGETS.keys()].filter((target) => present.includes(archiveOf(target)))
if (targets.length === 0) throw new Error('there is no archive in executables/; `npm run executables` makes them')

for (const name of present.filter((one) => one.startsWith('terraform-provider-'))) await rm(join(OUT, name))
await copyFile('terraform-registry-manifest.json', join(OUT, `${NAME}_manifest.json`))
const names = [`${NAME}_manifest.json`]
for (const target of targets) names.push(await makeZip(target))
await writeChecksums(`${NAME}_SHA256SUMS`, names)
await writeChecksums()

/** Gives the file's name. */
async function makeZip(target) {
  const name = `${NAME}_${target.replace('-', '_').replace('x64', 'amd64')}.zip`
  const scratch = await mkdtemp(join(tmpdir(), 'talos-image-provider-'))
  try {
    const [suffix, executable] = target.startsWith('windows-')
      ? ['.exe', `talos-image-${target}.exe`]
      : ['', `talos-image-${target}`]
    await toolOf('tar').extract({ file: join(OUT, archiveOf(target)), cwd: scratch }, [executable, 'LICENSE'])
    const { ZipFile } = toolOf('yazl')
    const zip = new ZipFile()
    const made = { mtime: commitDate(), forceDosTimestamp: true }
    zip.addReadStream(createReadStream(join(scratch, executable)), `${PROGRAM}${suffix}`, { ...made, mode: 0o100755 })
    zip.addReadStream(createReadStream(join(scratch, 'LICENSE')), 'LICENSE', { ...made, mode: 0o100644 })
    zip.end()
    await finished(zip.outputStream.pipe(createWriteStream(join(OUT, name))))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  tell(`${name}: ${((await stat(join(OUT, name))).size / 1e6).toFixed(1)} MB`)
  return name
}

function archiveOf(target) {
  return `talos-image-${target}.tar.gz`
}
