/**
 * Packs what is published on npm, a tarball for each package: the command with its library, and those in packages/. The arguments
 * go to `npm pack`. The package.json in a tarball has what its users need, and where the sources are, if GITHUB_REPOSITORY tells.
 */

import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FOLDERS = ['.', 'packages/hcloud-sandbox', 'packages/talos-schematic']
const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_REPOSITORY: repository } = process.env

const scratch = await mkdtemp(join(tmpdir(), 'talos-image-pack-'))
try {
  const staged = []
  for (const folder of FOLDERS) staged.push(await stage(folder, join(scratch, folder.replace('.', 'talos-image'))))
  execFileSync('npm', ['pack', '--ignore-scripts', ...process.argv.slice(2), ...staged], { stdio: 'inherit' })
} finally {
  await rm(scratch, { recursive: true })
}

/** Copies a package's files. Gives where to. */
async function stage(folder, target) {
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(String(listing))
  for (const { path } of files) await cp(join(folder, path), join(target, path))
  await cp('LICENSE', join(target, 'LICENSE'))
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  await writeFile(join(target, 'package.json'), `${JSON.stringify(toPublished(manifest, folder), null, 2)}\n`)
  return target
}

function toPublished({ scripts, devDependencies, workspaces, exports, ...manifest }, folder) {
  const directory = folder === '.' ? {} : { directory: folder }
  return {
    ...manifest,
    ...(repository && { repository: { type: 'git', url: `git+${server}/${repository}.git`, ...directory } }),
    exports: Object.fromEntries(Object.entries(exports).map(([path, target]) => [path, withTypes(target)])),
  }
}

/** In the place of the source stand its declarations. */
function withTypes(target) {
  if (target.source === undefined) return target
  const types = target.source.replace('./src/', './dist/types/').replace(/\.ts$/, '.d.ts')
  return { types, default: target.default }
}
