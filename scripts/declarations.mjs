/** Writes dist/types/: the declarations that the library's own reach, and no others, for those who compile against it. */

import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist/types')
/** Programs that are compiled for Node.js have its types. Those of other packages would not resolve where this one is installed. */
const ALLOWED = /^node:/
/** Our own packages, which are part of this one when it is published. */
const OWN = { 'talos-schematic': 'src/index', 'hcloud-sandbox/machines': 'src/machines/index' }

/** Where a file of the sources stands in the declarations. @param {string} name */
const toPlace = (name) => name.replace(/^src\//, '').replace(/^packages\/([^/]+)\/src\//, '$1/')

const all = await mkdtemp(join(tmpdir(), 'talos-image-declarations-'))
try {
  const { status } = tsc('-p', 'scripts/declarations.tsconfig.json', '--outDir', all)
  if (status !== 0) throw new Error('the declarations could not be made')
  await rm(target, { recursive: true, force: true })
  await copyReachable(join(all, 'src/index.d.ts'))
  // What is marked as internal is not there any more, so nothing may need it.
  const { status: isWrong } = tsc(
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--types',
    'node',
    join(target, 'index.d.ts'),
  )
  if (isWrong !== 0) throw new Error('the declarations need what they do not hold')
} finally {
  await rm(all, { recursive: true, force: true })
}

/** @param {readonly string[]} flags */
function tsc(...flags) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [compiler, ...flags], { cwd: root, stdio: 'inherit' })
}

/** @param {string} entry */
async function copyReachable(entry) {
  const files = new Set([entry])
  for (const file of files) {
    const name = toPlace(relative(all, file))
    const text = await readFile(file, 'utf8')
    // As every version of TypeScript finds them: by the name of the module that would be there.
    const written = text.replaceAll(/(\bfrom |\bimport\()(['"])([^'"]+)\2/g, (_, before, quote, specifier) => {
      if (Object.hasOwn(OWN, specifier)) {
        const source = `packages/${specifier.split('/')[0]}/${OWN[specifier]}`
        files.add(join(all, `${source}.d.ts`))
        const path = relative(dirname(name), `${toPlace(source)}.js`)
        return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
      }
      if (!specifier.startsWith('.')) {
        if (!ALLOWED.test(specifier)) throw new Error(`${name} of the library needs the types of ${specifier}`)
        return `${before}${quote}${specifier}${quote}`
      }
      files.add(join(dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts')))
      return `${before}${quote}${specifier.replace(/\.ts$/, '.js')}${quote}`
    })
    await mkdir(dirname(join(target, name)), { recursive: true })
    await writeFile(join(target, name), written)
  }
}
