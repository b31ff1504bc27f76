/** What is embedded in every executable: scripts, the HCL parser's module and the shipped files, the same bytes for the same sources. */

import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { BUNDLING, groupReachable } from '../bundling.mjs'

const COMMAND = resolve('src/cli/main.ts')
const { resolve: resolvePackage } = createRequire(import.meta.url)
/** Of hcl2json, which reads it beside itself. */
const WASM = 'main.wasm.gz'

/** Native code of ssh2, which does without it, as after an installation by npm; and what only an older Node.js needs. */
const withoutWhatIsMissing = {
  name: 'without-what-is-missing',
  resolveId: (source) =>
    ['cpu-features', 'performance'].includes(source) || source.endsWith('.node')
      ? { id: source, external: true }
      : null,
}

const withEmbeddedWasm = {
  name: 'with-embedded-wasm',
  resolveId: (source) => (source === 'fs-extra' ? '\0fs-extra' : null),
  load: (id) =>
    id === '\0fs-extra'
      ? `module.exports = { readFile: async () => Buffer.from(require('node:sea').getRawAsset('${WASM}')) }`
      : null,
}

/** What is installed beside the bundle in dist/ may be required by its name: a script each, which the loader finds by that. */
const REQUIRED = 'required:'
const withRequired = {
  name: 'with-required',
  resolveId: (source) => (source.startsWith(REQUIRED) ? source : null),
  load: (id) =>
    id.startsWith(REQUIRED)
      ? `module.exports = require(${JSON.stringify(resolvePackage(id.slice(REQUIRED.length)))})`
      : null,
}

/**
 * Writes what is embedded into a folder, each file under the name of its asset.
 * @param {string} folder
 * @param {{ files: readonly string[], dependencies: Record<string, string> }} own the package.json of this project
 * @returns the files of the sources, and the SHA-256 of all that was written
 */
export async function writeBundle(folder, own) {
  await rm(folder, { recursive: true, force: true })
  const packages = Object.fromEntries(
    Object.keys(own.dependencies).map((name) => [name.replaceAll(/[@/]/g, '_'), REQUIRED + name]),
  )
  const bundled = await rolldown({
    ...BUNDLING,
    external: [],
    plugins: [...BUNDLING.plugins, withoutWhatIsMissing, withEmbeddedWasm, withRequired],
    input: { cli: COMMAND, 'sandbox-owner': resolve('packages/hcloud-sandbox/src/owner/process.ts'), ...packages },
  })
  const { output } = await bundled.write({
    dir: folder,
    format: 'cjs',
    // A script without a loader of modules cannot import.
    dynamicImportInCjs: false,
    minify: { mangle: { keepNames: true } },
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // What starts the command is one part, as in dist/.
    codeSplitting: { groups: [groupReachable(COMMAND, 'start')] },
  })
  await bundled.close()
  for (const { fileName } of output) {
    const file = join(folder, fileName)
    await writeFile(file, toAscii((await readFile(file, 'utf8')).replace(/^#!.*\n/, '')))
  }
  await cp(join(dirname(resolvePackage('@cdktn/hcl2json')), '..', WASM), join(folder, WASM))
  // What `init` writes.
  for (const path of own.files.filter((name) => name.startsWith('_packer/'))) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await cp(path, join(folder, path))
  }
  return { sources: output.flatMap(({ moduleIds = [] }) => moduleIds), sha256: await hashFolder(folder) }
}

/** One byte a character, which V8 takes as it is. In scripts, what is not ASCII stands in strings and expressions only. */
const toAscii = (text) =>
  text.replaceAll(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The files of a folder, by the names of their assets, in order. */
export async function listFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((file) => file.slice(folder.length + 1).replaceAll('\\', '/')).toSorted()
}

async function hashFolder(folder) {
  const hash = createHash('sha256')
  for (const name of await listFiles(folder)) {
    const bytes = await readFile(join(folder, name))
    hash.update(`${name}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}
