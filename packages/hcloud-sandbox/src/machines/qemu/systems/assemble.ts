/** Picks the files of a system out of the packages. */

import { basename, dirname } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { SandboxError } from '../../../errors.ts'
import type { ArchiveEntry } from './cpio.ts'
import { readNeeds } from './elf.ts'
import { orderModules, toModuleName } from './modules.ts'
import type { PackageTree } from './package-tree.ts'
import { NO_PACKAGES } from './packages.ts'
import { MODULES_FOLDER, type Recipe, toTextEntry } from './recipe.ts'

/** Unpacks `.xz` or `.zst`. */
export type Unpack = (program: 'xz' | 'zstd', content: Buffer) => Promise<Buffer>

/** Whether a path is that of a program. */
export const isProgram = (path: string): boolean => /^usr\/(s?bin|lib\/openssh)\/[^/]+$/.test(path)

/** The kernel that the systems share. @throws SandboxError `sandbox` when the packages lack it */
export async function takeKernel(tree: PackageTree): Promise<Buffer> {
  const kernel = tree.find(/^boot\/vmlinuz-/)
  if (kernel === undefined) throw lacking('a kernel')
  return await tree.read(kernel)
}

/** @throws SandboxError `sandbox` when the packages lack something */
export async function assemble(tree: PackageTree, recipe: Recipe, unpack: Unpack): Promise<ArchiveEntry[]> {
  const { files, scripts, more } = recipe
  const links = Object.entries(recipe.links).map(([path, target]): ArchiveEntry => ({ kind: 'link', path, target }))
  const programs = await takePrograms(tree, recipe)
  const entries = [
    ...programs,
    ...(await takeLibraries(tree, programs, recipe)),
    ...(await takeModules(tree, recipe, unpack)),
    ...Object.entries(files).map(([path, text]) => toTextEntry(path, text)),
    ...Object.entries(scripts).map(([path, text]) => toTextEntry(path, text, 0o755)),
    ...((await more?.(tree)) ?? []),
  ]
  return [...toFolders([...links, ...entries], recipe), ...links, ...entries]
}

async function takePrograms(tree: PackageTree, { packages, loaded }: Recipe): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  for (const [name, wanted] of Object.entries(packages)) {
    for (const path of tree.pathsOf(name)) {
      if (!isProgram(path)) continue
      if (wanted !== 'all' && !wanted.includes(basename(path))) continue
      const target = await tree.linkTarget(path)
      if (target === undefined) entries.push({ kind: 'file', path, mode: 0o755, content: await tree.read(path) })
      else entries.push({ kind: 'link', path, target })
    }
  }
  for (const pattern of loaded) {
    const paths = tree.findAll(new RegExp(pattern))
    if (paths.length === 0) throw lacking(`files such as ${pattern}`)
    for (const path of paths) entries.push({ kind: 'file', path, mode: 0o755, content: await tree.read(path) })
  }
  return entries
}

/** The libraries that programs need, and those that these need in turn. They are put where the loader looks first. */
async function takeLibraries(
  tree: PackageTree,
  programs: readonly ArchiveEntry[],
  { openedLibraries }: Recipe,
): Promise<ArchiveEntry[]> {
  const taken = new Map<string, ArchiveEntry>()
  const take = async (path: string): Promise<void> => {
    if (taken.has(path)) return
    const content = await tree.read(path)
    taken.set(path, { kind: 'file', path, mode: 0o755, content })
    await takeNeeds(content)
  }
  const takeNamed = async (name: string): Promise<void> => {
    const path = tree.find(new RegExp(`^usr/lib/[^/]+-linux-gnu/${name.replaceAll(/[.+]/g, '\\$&')}$`))
    // The loader is needed like a library, and lies elsewhere in some releases.
    if (path !== undefined) await take(path)
    else if (!name.startsWith('ld-linux')) throw lacking(name)
  }
  const takeNeeds = async (content: Buffer): Promise<void> => {
    const { libraries, loader } = readNeeds(content)
    if (loader !== undefined) await take(loader.replace(/^\/(lib|lib64)\//, 'usr/$1/').replace(/^\//, ''))
    for (const name of libraries) await takeNamed(name)
  }
  for (const program of programs) if (program.kind === 'file') await takeNeeds(program.content)
  for (const name of openedLibraries) await takeNamed(name)
  return [...taken.values()]
}

async function takeModules(tree: PackageTree, { modules: wanted }: Recipe, unpack: Unpack): Promise<ArchiveEntry[]> {
  const kernelPackage = tree.find(/^usr\/lib\/modules\/[^/]+\/modules\.builtin$/)
  if (kernelPackage === undefined) throw lacking('drivers')
  const builtIn = new Set(
    (await tree.read(kernelPackage))
      .toString('utf8')
      .split('\n')
      .map((path) => toModuleName(basename(path))),
  )
  const load = async (name: string): Promise<Buffer | undefined> => {
    const spelling = name.replaceAll('_', '[-_]')
    const path = tree.find(new RegExp(`^usr/lib/modules/.*/${spelling}\\.ko(\\.xz|\\.zst|\\.gz)?$`))
    if (path !== undefined) return unpackModule(path, await tree.read(path), unpack)
    if (builtIn.has(name)) return undefined
    throw lacking(`the driver ${name}`)
  }
  const modules = await orderModules(wanted, load)
  return modules.map(({ name, content }, index) => ({
    kind: 'file',
    path: `${MODULES_FOLDER}/${String(index).padStart(2, '0')}-${name}.ko`,
    mode: 0o644,
    content,
  }))
}

async function unpackModule(path: string, content: Buffer, unpack: Unpack): Promise<Buffer> {
  if (path.endsWith('.xz')) return unpack('xz', content)
  if (path.endsWith('.zst')) return unpack('zstd', content)
  return path.endsWith('.gz') ? gunzipSync(content) : content
}

/** Every folder that something lies in, the outer ones first, and the kernel's console in one of them. */
function toFolders(entries: readonly ArchiveEntry[], { folders }: Recipe): ArchiveEntry[] {
  const modes = new Map<string, number>(Object.entries(folders))
  const note = (path: string): void => {
    if (path === '.') return
    note(dirname(path))
    if (!modes.has(path)) modes.set(path, 0o755)
  }
  for (const { path } of entries) note(dirname(path))
  const paths = [...modes.keys()].sort()
  return [
    ...paths.map((path): ArchiveEntry => ({ kind: 'folder', path, mode: modes.get(path) ?? 0o755 })),
    { kind: 'device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  ]
}

function lacking(what: string): SandboxError {
  const message = `${NO_PACKAGES.purpose}: they lack ${what}`
  return new SandboxError({ code: 'sandbox', message, hint: 'report this: Debian has changed its packages' })
}
