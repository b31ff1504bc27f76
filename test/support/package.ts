/** The package as its users have it: packed, and installed in a directory that holds nothing else of this repository. */

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './command.ts'

const run = promisify(execFile)

/** What a package is made of. */
const SOURCES = ['package.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md']
const FOLDERS = ['src', 'packages', 'scripts', '_packer', 'docs', 'examples']

export interface Consumer extends AsyncDisposable {
  /** An ES module project, with the package and the types of Node.js in its `node_modules`. */
  readonly root: string
  /** Where the package is installed. */
  readonly installed: string
  /** Tarballs of the packages in packages/, which are not installed. */
  readonly others: readonly string[]
}

/** Builds and packs a copy of the sources, so that `dist` of this directory does not change, and installs that. */
export async function installPackage(): Promise<Consumer> {
  const root = await mkdtemp(join(tmpdir(), 'talos-image-consumer-'))
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true })
  try {
    const { tarball, others } = await pack(join(root, 'copy'))
    await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
    await npmInstall(root, tarball)
    for (const types of ['@types/node', 'undici-types']) {
      await cp(join(ROOT, 'node_modules', types), join(root, 'node_modules', types), { recursive: true })
    }
    return { root, installed: join(root, 'node_modules', 'talos-image'), others, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Installs tarballs in a folder that has a package.json. */
export async function npmInstall(cwd: string, ...tarballs: readonly string[]): Promise<void> {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', ['install', ...flags, ...tarballs], { cwd })
}

/** @returns paths of the tarballs, in the folder */
async function pack(folder: string): Promise<{ readonly tarball: string; readonly others: readonly string[] }> {
  await mkdir(folder)
  for (const name of SOURCES) await cp(join(ROOT, name), join(folder, name))
  // Only what is tracked: folders hold what was made here, too.
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...FOLDERS], {
    cwd: ROOT,
    maxBuffer: 1 << 24,
  })
  const names = stdout.split('\0').filter((name) => name !== '')
  await Promise.all(names.map((name) => cp(join(ROOT, name), join(folder, name)).catch(ignoreRemoved)))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await run('npm', ['run', 'package'], { cwd: folder })
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name))
  const [tarball] = tarballs.filter((path) => /\/talos-image-[^/]*$/.test(path))
  if (tarball === undefined) throw new Error('nothing was packed')
  return { tarball, others: tarballs.filter((path) => path !== tarball) }
}

/** A file that git still knows of, and that is not there any more. */
function ignoreRemoved(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** Compiles files of a directory as a strict user of TypeScript does; gives what the compiler says. */
export async function compile(cwd: string, files: readonly string[], flags: readonly string[]): Promise<string> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--types', 'node']
  const target = ['--target', 'ES2023', '--allowJs', '--checkJs']
  return await run(process.execPath, [compiler, ...strict, ...target, ...flags, ...files], { cwd }).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string }) => error.stdout,
  )
}
