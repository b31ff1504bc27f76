/**
 * Makes executables of the command, each one file that needs no Node.js, with checksums, bills of materials and archives.
 *
 *   npm run executables                     all of them, in executables/
 *   npm run executables -- linux-x64 ...    some
 */

import { execFileSync } from 'node:child_process'
import { chmod, copyFile, cp, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { listFiles, writeBundle } from './executables/bundle.mjs'
import { findPackages, toBillOfMaterials, toLicenseTexts } from './executables/components.mjs'
import { commitDate, OUT, OWN, tell, writeChecksums } from './executables/output.mjs'
import { fetchMaker, fetchRuntime, HERE, TARGETS } from './executables/runtimes.mjs'
import { fileOfTool, toolOf } from './executables/tool.mjs'

const LOADER = resolve('scripts/executables/loader.cjs')
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
const date = commitDate()
tell(`bundle ${sha256}`)
for (const target of targets) await makeExecutable(target)
await rm(join(OUT, 'LICENSE'))
await writeChecksums()

/** @param {string} target */
async function makeExecutable(target) {
  const name = `talos-image-${target}`
  const file = `${name}${target.startsWith('windows-') ? '.exe' : ''}`
  const runtime = await fetchRuntime(target)
  const maker = await fetchMaker(runtime.version)
  await copyFile(runtime.program, join(OUT, file))
  await chmod(join(OUT, file), 0o755)
  const scratch = await mkdtemp(join(tmpdir(), 'talos-image-executable-'))
  try {
    await inject(join(OUT, file), target, await makeBlob(scratch, target, maker))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  const texts = {
    [`${name}.cdx.json`]: toBillOfMaterials(OWN, packages, runtime, { sha256, date, target }),
    [`${name}.licenses.txt`]: toLicenseTexts(packages, maker),
  }
  for (const [textFile, text] of Object.entries(texts)) await writeFile(join(OUT, textFile), text)
  await copyFile('LICENSE', join(OUT, 'LICENSE'))
  const archive = { cwd: OUT, file: join(OUT, `${name}.tar.gz`), gzip: { level: 9 }, portable: true }
  await toolOf('tar').create({ ...archive, mtime: date }, [file, 'LICENSE', ...Object.keys(texts)])
  const { size } = await stat(archive.file)
  tell(`${file}: Node.js ${runtime.version}, ${(size / 1e6).toFixed(1)} MB as .tar.gz`)
}

/** What Node.js runs in the place of its own arguments: the loader, and the bundle as its assets. Gives the file's path. */
async function makeBlob(scratch, target, { program }) {
  const folder = join(scratch, 'bundle')
  await cp(bundle, folder, { recursive: true })
  // A cache is of one version of V8 for one kind of processor, so only what runs here can make it.
  if (target === HERE) execFileSync(program, [LOADER, folder, '--help'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const assets = (await listFiles(folder)).map((name) => [name, join(folder, name)])
  const output = join(scratch, 'blob')
  const settings = { main: LOADER, output, disableExperimentalSEAWarning: true, assets: Object.fromEntries(assets) }
  await writeFile(join(scratch, 'sea.json'), JSON.stringify(settings))
  execFileSync(program, ['--experimental-sea-config', join(scratch, 'sea.json')], { stdio: 'pipe' })
  return output
}

/** @param {string} blob the file's path */
async function inject(file, target, blob) {
  const isApple = target.startsWith('darwin-')
  const canSign = isApple && process.platform === 'darwin'
  if (canSign) execFileSync('codesign', ['--remove-signature', file])
  const postject = [fileOfTool('postject/dist/cli.js'), file, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE]
  // It warns of each note of an ELF file that has no name; what it says of an error is part of that.
  execFileSync(process.execPath, [...postject, ...(isApple ? ['--macho-segment-name', 'NODE_SEA'] : [])], {
    stdio: 'pipe',
  })
  if (canSign) execFileSync('codesign', ['--sign', '-', file])
  else if (isApple) tell(`${file} is not signed, so macOS does not start it: make it on a Mac`)
}
