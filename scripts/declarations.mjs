/**
 * Writes dist/types/ of the library, and of each package in packages/: the declarations that its own reach, and no others, for those
 * who compile against it.
 */

import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Our own packages, which are part of the library when it is published. */
const OWN = { 'talos-schematic': 'src/index', 'hcloud-sandbox/machines': 'src/machines/index' }

/** Where a file of the sources stands in the declarations of the library. @param {string} name */
const toPlace = (name) => name.replace(/^src\//, '').replace(/^packages\/([^/]+)\/src\//, '$1/')

const all = await mkdtemp(join(tmpdir(), 'talos-image-declarations-'))
try {
  const { status } = tsc('-p', 'scripts/declarations.tsconfig.json', '--outDir', all)
  if (status !== 0) throw new Error('the declarations could not be made')
  await writeDeclarations('dist/types', ['src/index.ts'], { toPlace, own: OWN, dependencies: [] })
  for (const name of ['hcloud-sandbox', 'talos-schematic']) {
    const folder = `packages/${name}`
    const { exports, dependencies } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
    const entries = Object.values(exports).map(({ source }) => join(folder, source))
    const options = {
      toPlace: (file) => file.replace(`${folder}/src/`, ''),
      own: {},
      dependencies: Object.keys(dependencies),
    }
    await writeDeclarations(`${folder}/dist/types`, entries, options)
  }
} finally {
  await rm(all, { recursive: true, force: true })
}

/** @param {readonly string[]} flags */
function tsc(...flags) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [compiler, ...flags], { cwd: root, stdio: 'inherit' })
}

/**
 * @param {string} folder @param {readonly string[]} entries sources
 * @param options toPlace: where a file of the sources stands; own: packages that become part of this one; dependencies: whose
 * types are there where it is installed. Programs that are compiled for Node.js have its types.
 */
async function writeDeclarations(folder, entries, { toPlace, own, dependencies }) {
  const target = join(root, folder)
  const toFile = (source) => join(all, source.replace(/\.ts$/, '.d.ts'))
  await rm(target, { recursive: true, force: true })
  const files = new Set(entries.map(toFile))
  for (const file of files) {
    const name = toPlace(relative(all, file))
    const text = await readFile(file, 'utf8')
    // As every version of TypeScript finds them: by the name of the module that would be there.
    const written = text.replaceAll(/(\bfrom |\bimport\()(['"])([^'"]+)\2/g, (_, before, quote, specifier) => {
      if (Object.hasOwn(own, specifier)) {
        const source = `packages/${specifier.split('/')[0]}/${own[specifier]}`
        files.add(toFile(`${source}.ts`))
        const path = relative(dirname(name), `${toPlace(source)}.js`)
        return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
      }
      if (!specifier.startsWith('.')) {
        if (!/^node:/.test(specifier) && !dependencies.includes(specifier)) {
          throw new Error(`${name} of ${folder} needs the types of ${specifier}`)
        }
        return `${before}${quote}${specifier}${quote}`
      }
      files.add(join(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts')))
      return `${before}${quote}${specifier.replace(/\.ts$/, '.js')}${quote}`
    })
    await mkdir(dirname(join(target, name)), { recursive: true })
    await writeFile(join(target, name), written)
  }
  // What is marked as internal is not there any more, so nothing may need it.
  const flags = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--types', 'node']
  flags.push('--customConditions', 'source', '--allowImportingTsExtensions')
  const { status } = tsc(...flags, ...entries.map((source) => join(target, toPlace(source).replace(/\.ts$/, '.d.ts'))))
  if (status !== 0) throw new Error(`the declarations of ${folder} need what they do not hold`)
}
