/** Debian's packages, fetched as any user by apt-get into a folder, and unpacked there: nothing is installed. */

import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunOptions, runProgram } from '../../programs.ts'

/** What to say when the packages are not to be had. */
export const NO_PACKAGES: Pick<RunOptions, 'purpose' | 'hint'> = {
  purpose: 'the systems for the machines cannot be made of Debian packages',
  hint: 'this needs Debian and a way to its package mirrors, once; without them, use `--machines namespace`',
}

export interface PackageVersion {
  readonly name: string
  readonly version: string
}

export interface PackageSource {
  /** The packages that are wanted, and those that they depend on for their libraries; by name. */
  readonly packages: readonly PackageVersion[]
  /** Downloads them, and unpacks each into a folder of its own, below this one. */
  unpackInto(folder: string): Promise<void>
}

export interface FindPackagesOptions {
  /** As Debian names it. */
  readonly architecture: string
  /** Names. */
  readonly wanted: readonly string[]
  /** An empty folder, which stays until the packages are unpacked. */
  readonly work: string
  /**
   * Which lists say what there is: this computer's, which may be old or missing, and know one architecture; or new
   * ones, which takes some seconds.
   */
  readonly lists: 'computer' | 'new'
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds the newest packages.
 * @throws SandboxError `sandbox` with what apt-get said
 */
export async function findPackages(options: FindPackagesOptions): Promise<PackageSource> {
  const { architecture, wanted, work, lists, signal } = options
  await mkdir(join(work, 'archives', 'partial'), { recursive: true })
  // As if nothing were installed: then everything that is needed is named.
  await writeFile(join(work, 'status'), '')
  const settings = [
    ...[`APT::Architecture=${architecture}`, `APT::Architectures=${architecture}`, 'Debug::NoLocking=1'],
    ...[`Dir::State::status=${join(work, 'status')}`, `Dir::Cache=${work}`, 'APT::Sandbox::User='],
    ...['APT::Install-Recommends=0', 'Acquire::Languages=none', 'Acquire::Retries=2'],
  ]
  const aptGet = (...words: string[]) =>
    runProgram(['apt-get', '-q', ...settings.flatMap((setting) => ['-o', setting]), ...words], {
      ...NO_PACKAGES,
      cwd: work,
      signal,
    })
  if (lists === 'new') {
    await mkdir(join(work, 'lists', 'partial'), { recursive: true })
    settings.push(`Dir::State::lists=${join(work, 'lists')}`)
    await aptGet('update')
  }
  const plan = await aptGet('-s', 'install', ...wanted)
  const packages = readInstallations(plan, wanted)
  return {
    packages,
    async unpackInto(folder) {
      await aptGet('download', ...packages.map(({ name, version }) => `${name}=${version}`))
      for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
        const [name = file] = file.split('_')
        await mkdir(join(folder, name), { recursive: true })
        await runProgram(['dpkg-deb', '--extract', join(work, file), join(folder, name)], { ...NO_PACKAGES, signal })
      }
    },
  }
}

/** The lines `Inst NAME (VERSION SUITE [ARCHITECTURE])` of a simulated installation, as far as they are of use. */
export function readInstallations(output: string, wanted: readonly string[]): PackageVersion[] {
  const packages: PackageVersion[] = []
  for (const [, name = '', version = ''] of output.matchAll(/^Inst (\S+) \((\S+) /gm)) {
    if (isOfUse(name, wanted)) packages.push({ name, version })
  }
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Others come along only because scripts need them that run when packages are installed. */
function isOfUse(name: string, wanted: readonly string[]): boolean {
  // The package that stands for the newest kernel is empty.
  if (/^linux-image-cloud-/.test(name)) return false
  return (
    wanted.includes(name) ||
    /^(linux-image|zlib|python3\.\d+-minimal$|libperl5)/.test(name) ||
    (/^lib/.test(name) && !/perl|^libklibc/.test(name))
  )
}
