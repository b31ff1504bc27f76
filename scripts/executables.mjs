/**
 * Makes executables of the command, each one file that needs no Node.js, with checksums, bills of materials and archives.
 *
 *   npm run executables                     all of them, in executables/
 *   npm run executables -- linux-x64 ...    some
 */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { listFiles, writeBundle } from './executables/bundle.mjs'
import { findPackages, toBillOfMaterials, toLicenseTexts } from './executables/components.mjs'
import { fetchMaker, fetchRuntime, HERE, TARGETS } from './executables/runtimes.mjs'
import { toolOf } from './executables/tool.mjs'

const OUT = resolve('executables')
const LOADER = resolve('scripts/executables/loader.cjs')
const OWN = JSON.parse(await readFile('package.json', 'utf8'))
/** By which Node.js knows that something was put into it. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

const targets = process.argv.length > 2 ? process.argv.slice(2) : [...TARGETS.keys()]
for (const target of targets) {
  if (TARGETS.has(target)) continue
  throw new Error(`there is no target ${target}; there are ${[...TARGETS.keys()].join(', ')}`)
}

await rm(OUT, { recursive: true, force: true })
const bundle = join(OUT, 'bundle')
const { sources, sha256 } = await writeBundle(bundle, OWN)
const packages = findPackages(sources)
const date = String(execFileSync('git', ['log', '-1', '--format=%cI'])).trim()
tell(`bundle ${sha256}`)
for (const target of targets) await makeExecutable(target)
await writeChecksums()

/** @param {string} target */
async function makeExecutable(target) {
  const name = `talos-image-${target}`
  const file = `${name}${target.startsWith('windows-') ? '.exe' : ''}`
  const runtime = await fetchRuntime(target)
  await copyFile(runtime.program, join(OUT, file))
  await chmod(join(OUT, file), 0o755)
  await inject(join(OUT, file), target, await makeBlob(target, await fetchMaker(runtime.version)))
  const texts = {
    [`${name}.cdx.json`]: toBillOfMaterials(OWN, packages, runtime, { sha256, date, target }),
    [`${name}.licenses.txt`]: toLicenseTexts(packages, runtime),
  }
  for (const [textFile, text] of Object.entries(texts)) await writeFile(join(OUT, textFile), text)
  const archived = [file, 'LICENSE', ...Object.keys(texts)]
  await copyFile('LICENSE', join(OUT, 'LICENSE'))
  const options = {
    cwd: OUT,
    file: join(OUT, `${name}.tar.gz`),
    gzip: { level: 9 },
    portable: true,
    mtime: new Date(date),
  }
  await toolOf('tar').create(options, archived)
  const { size } = await stat(options.file)
  tell(`${file}: Node.js ${runtime.version}, ${size} bytes as .tar.gz`)
}

/** What Node.js runs in the place of its own arguments: the loader, and the bundle as its assets. */
async function makeBlob(target, { program }) {
  const scratch = await mkdtemp(join(tmpdir(), 'talos-image-executable-'))
  try {
    const folder = join(scratch, 'bundle')
    await mkdir(folder)
    for (const name of await listFiles(bundle)) {
      await mkdir(join(folder, name, '..'), { recursive: true })
      await copyFile(join(bundle, name), join(folder, name))
    }
    // A cache is of one version of V8 for one kind of processor, so only what runs here can make it.
    if (target === HERE) execFileSync(program, [LOADER, folder, '--help'], { stdio: ['ignore', 'ignore', 'inherit'] })
    const assets = (await listFiles(folder)).map((name) => [name, join(folder, name)])
    const blob = join(scratch, 'blob')
    const configuration = join(scratch, 'sea.json')
    await writeFile(
      configuration,
      JSON.stringify({
        main: LOADER,
        output: blob,
        disableExperimentalSEAWarning: true,
        assets: Object.fromEntries(assets),
      }),
    )
    execFileSync(program, ['--experimental-sea-config', configuration], { stdio: 'ignore' })
    return await readFile(blob)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function inject(file, target, blob) {
  const isApple = target.startsWith('darwin-')
  const canSign = isApple && process.platform === 'darwin'
  if (canSign) execFileSync('codesign', ['--remove-signature', file])
  await toolOf('postject').inject(file, 'NODE_SEA_BLOB', blob, {
    sentinelFuse: FUSE,
    ...(isApple ? { machoSegmentName: 'NODE_SEA' } : {}),
  })
  if (canSign) execFileSync('codesign', ['--sign', '-', file])
  else if (isApple) tell(`${file} is not signed, so macOS does not start it: make it on a Mac, or sign it there`)
}

async function writeChecksums() {
  await rm(join(OUT, 'LICENSE'), { force: true })
  const names = (await readdir(OUT)).filter((name) => name.startsWith('talos-image-')).toSorted()
  const lines = []
  for (const name of names) {
    const hash = createHash('sha256').update(await readFile(join(OUT, name)))
    lines.push(`${hash.digest('hex')}  ${name}\n`)
  }
  await writeFile(join(OUT, 'SHA256SUMS'), lines.join(''))
}

/** @param {string} text */
function tell(text) {
  process.stdout.write(`${text}\n`)
}
