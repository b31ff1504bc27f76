/**
 * Makes container images of the executables for Linux that `npm run executables` has made, from the Containerfile, as an OCI layout
 * in executables/container, without a daemon and without a registry. It takes root, mmdebstrap and buildah.
 *
 *   npm run container                 for each kind of machine that there is an executable for
 *   npm run container -- amd64 ...    for some
 */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitDate, OUT, OWN, tell } from './executables/output.mjs'
import { MACHINES } from './packages/contents.mjs'

const LAYOUT = join(OUT, 'container')
const CONTAINERFILE = await readFile('Containerfile', 'utf8')
const [, SUITE] = /^FROM docker\.io\/library\/debian:(\w+)-slim AS base$/m.exec(CONTAINERFILE)
const PACKAGES = /apt-get install --yes --no-install-recommends (.*) \\$/m.exec(CONTAINERFILE)[1].split(' ')

const seconds = commitDate() / 1000
const asked = process.argv.slice(2)
const machines = MACHINES.filter(({ target, deb }) =>
  asked.length > 0 ? asked.includes(deb) : existsSync(join(OUT, `talos-image-${target}`)),
)
if (machines.length === 0)
  throw new Error('there is no executable for Linux in executables/; `npm run executables` makes them')

const scratch = await mkdtemp(join(tmpdir(), 'talos-image-container-'))
const storage = ['--root', join(scratch, 'storage'), '--runroot', join(scratch, 'run'), '--storage-driver', 'vfs']
const LIST = `localhost/talos-image:${OWN.version}`
try {
  buildah('manifest', 'create', LIST)
  for (const machine of machines) await makeImage(machine)
  await rm(LAYOUT, { recursive: true, force: true })
  buildah('manifest', 'push', '--quiet', '--all', LIST, `oci:${LAYOUT}:${OWN.version}`)
} finally {
  await rm(scratch, { recursive: true, force: true })
}

/** @param {{ target: string, deb: string }} machine */
async function makeImage({ target, deb }) {
  const base = `localhost/base-${deb}`
  const context = join(scratch, deb)
  await mkdir(context)
  makeBase(join(context, 'system.tar'), deb)
  await writeFile(join(context, 'Containerfile'), 'FROM scratch\nADD system.tar /\n')
  build(deb, '--tag', base, context)
  await rm(context, { recursive: true })
  const settings = {
    EXECUTABLE: `talos-image-${target}`,
    VERSION: OWN.version,
    REVISION: run('git', 'rev-parse', 'HEAD').trim(),
  }
  const given = Object.entries(settings).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
  build(deb, '--manifest', LIST, '--build-context', `base=container-image://${base}`, ...given, '.')
  tell(`executables/container: linux/${deb}`)
}

/** @param {...string} args */
function build(architecture, ...args) {
  const options = ['--quiet', '--arch', architecture, '--timestamp', `${seconds}`, '--identity-label=false']
  buildah('build', ...options, '--isolation', 'chroot', '--skip-unused-stages', '--pull-never', ...args)
}

/** What the stage `base` of the Containerfile gives, of the same packages. */
function makeBase(tree, architecture) {
  run(
    'mmdebstrap',
    ...[
      '--quiet',
      '--variant=extract',
      '--skip=chroot/mount',
      '--skip=output/dev',
      `--arch=${architecture}`,
      '--include=?essential',
      `--include=${PACKAGES.join(',')}`,
    ],
    `--extract-hook=sh scripts/container/base.sh "$1"`,
    ...[SUITE, tree],
  )
}

/** @param {...string} args */
function buildah(...args) {
  run('buildah', ...storage, ...args)
}

/** @param {...string} args */
function run(program, ...args) {
  const env = { ...process.env, SOURCE_DATE_EPOCH: `${seconds}` }
  return String(execFileSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env }))
}
