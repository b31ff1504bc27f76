/** Writes docs/api.md and docs/api/, out of the declarations that the package will have. */

import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toApiPages } from './api-pages.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const tool = join(root, 'tools/api-docs')

run(root, process.execPath, 'scripts/declarations.mjs')
if (!(await isInstalled())) run(tool, 'npm', 'ci')
const out = await mkdtemp(join(tmpdir(), 'talos-image-api-docs-'))
try {
  run(tool, process.execPath, 'node_modules/typedoc/bin/typedoc', '--logLevel', 'Warn', '--out', out)
  const [whole, index] = await Promise.all(
    [join(out, 'api.md'), join(root, 'src/index.ts')].map((file) => readFile(file, 'utf8')),
  )
  await rm(join(root, 'docs/api'), { recursive: true, force: true })
  await mkdir(join(root, 'docs/api'))
  for (const [path, text] of toApiPages(whole ?? '', index ?? '')) await writeFile(join(root, 'docs', path), text)
} finally {
  await rm(out, { recursive: true, force: true })
}

/** Whether what the lock file names was installed after its last change. */
async function isInstalled() {
  const changed = async (/** @type {string} */ name) => (await stat(join(tool, name))).mtimeMs
  const installed = await changed('node_modules/.package-lock.json').catch(() => 0)
  return installed >= (await changed('package-lock.json'))
}

/** @param {string} cwd @param {string} program @param {readonly string[]} args */
function run(cwd, program, ...args) {
  const { status } = spawnSync(program, args, { cwd, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed in ${cwd}`)
}
