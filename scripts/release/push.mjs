/**
 * Pushes the container image of `npm run container` to a registry, under its version and as `latest`, and writes its name and digest
 * to the outputs of the step in GitHub Actions.
 *
 *   node scripts/release/push.mjs ghcr.io/OWNER/talos-image [FLAG OF skopeo copy ...]
 */

import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OUT, OWN, tell } from '../executables/output.mjs'

const [repository, ...flags] = process.argv.slice(2)
if (repository === undefined) throw new Error('node scripts/release/push.mjs REPOSITORY')
// Registries take no capital letters, which owners may have.
const name = repository.toLowerCase()
const source = `oci:${join(OUT, 'container')}:${OWN.version}`

const scratch = mkdtempSync(join(tmpdir(), 'talos-image-push-'))
try {
  const digestFile = join(scratch, 'digest')
  for (const tag of [OWN.version, 'latest']) {
    const options = ['--all', '--quiet', '--digestfile', digestFile, ...flags]
    execFileSync('skopeo', ['copy', ...options, source, `docker://${name}:${tag}`], { stdio: 'inherit' })
    tell(`${name}:${tag}`)
  }
  const outputs = `name=${name}\ndigest=${readFileSync(digestFile, 'utf8').trim()}\n`
  if (process.env.GITHUB_OUTPUT !== undefined) appendFileSync(process.env.GITHUB_OUTPUT, outputs)
  tell(outputs.trim())
} finally {
  rmSync(scratch, { recursive: true })
}
