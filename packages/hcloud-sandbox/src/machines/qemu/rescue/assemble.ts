/** Picks the rescue system's files out of the packages. */

import { basename, dirname } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { SandboxError } from '../../../errors.ts'
import type { ArchiveEntry } from './cpio.ts'
import { readNeeds } from './elf.ts'
import { INIT_SCRIPT } from './init-script.ts'
import { orderModules, toModuleName } from './modules.ts'
import type { PackageTree } from './package-tree.ts'
import { NO_PACKAGES } from './packages.ts'
import {
  FILES,
  FOLDERS,
  LINKS,
  LOADED,
  MODULES,
  OPENED_LIBRARIES,
  PACKAGES,
  SCRIPTS,
  SSHD_PATIENCE,
  SSHD_SETTINGS,
} from './recipe.ts'

export interface RescueParts {
  readonly kernel: Buffer
  readonly entries: readonly ArchiveEntry[]
}

/** Unpacks `.xz` or `.zst`. */
export type Unpack = (program: 'xz' | 'zstd', content: Buffer) => Promise<Buffer>

const PROGRAM_FOLDERS = /^usr\/(s?bin|lib\/openssh)\/[^/]+$/

/** @throws SandboxError `sandbox` when the packages lack something */
export async function assembleRescue(tree: PackageTree, unpack: Unpack): Promise<RescueParts> {
  const kernel = tree.find(/^boot\/vmlinuz-/)
  if (kernel === undefined) throw lacking('a kernel')
  const programs = await takePrograms(tree)
  const libraries = await takeLibraries(tree, programs)
  const modules = await takeModules(tree, unpack)
  const files = [...programs, ...libraries, ...modules, ...(await takeTexts(tree))]
  return { kernel: await tree.read(kernel), entries: [...toFolders(files), ...toLinks(), ...files] }
}

async function takePrograms(tree: PackageTree): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  for (const [name, wanted] of Object.entries(PACKAGES)) {
    for (const path of tree.pathsOf(name)) {
      if (!PROGRAM_FOLDERS.test(path)) continue
      if (wanted !== 'all' && !wanted.includes(basename(path))) continue
      const target = await tree.linkTarget(path)
      if (target === undefined) entries.push({ kind: 'file', path, mode: 0o755, content: await tree.read(path) })
      else entries.push({ kind: 'link', path, target })
    }
  }
  for (const pattern of LOADED) {
    const paths = tree.findAll(new RegExp(pattern))
    if (paths.length === 0) throw lacking(`files such as ${pattern}`)
    for (const path of paths) entries.push({ kind: 'file', path, mode: 0o755, content: await tree.read(path) })
  }
  return entries
}

/** The libraries that programs need, and those that these need in turn. They are put where the loader looks first. */
async function takeLibraries(tree: PackageTree, programs: readonly ArchiveEntry[]): Promise<ArchiveEntry[]> {
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
  for (const name of OPENED_LIBRARIES) await takeNamed(name)
  return [...taken.values()]
}

async function takeModules(tree: PackageTree, unpack: Unpack): Promise<ArchiveEntry[]> {
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
  const modules = await orderModules(MODULES, load)
  return modules.map(({ name, content }, index) => ({
    kind: 'file',
    path: `usr/lib/rescue-modules/${String(index).padStart(2, '0')}-${name}.ko`,
    mode: 0o644,
    content,
  }))
}

async function unpackModule(path: string, content: Buffer, unpack: Unpack): Promise<Buffer> {
  if (path.endsWith('.xz')) return unpack('xz', content)
  if (path.endsWith('.zst')) return unpack('zstd', content)
  return path.endsWith('.gz') ? gunzipSync(content) : content
}

async function takeTexts(tree: PackageTree): Promise<ArchiveEntry[]> {
  const sshd = [
    ...tree.pathsOf('openssh-server').filter((path) => /\/sshd(-session)?$/.test(path) && PROGRAM_FOLDERS.test(path)),
  ]
  const knowsPenalties = (await Promise.all(sshd.map((path) => tree.read(path)))).some((program) =>
    program.includes('persourcepenalties'),
  )
  const certificates: Buffer[] = []
  for (const path of tree.pathsOf('ca-certificates')) {
    if (path.endsWith('.crt')) certificates.push(await tree.read(path), Buffer.from('\n'))
  }
  const toText = (path: string, text: string, mode = 0o644): ArchiveEntry => {
    return { kind: 'file', path, mode, content: Buffer.from(text) }
  }
  return [
    toText('init', INIT_SCRIPT, 0o755),
    ...Object.entries(FILES).map(([path, text]) => toText(path, text)),
    ...Object.entries(SCRIPTS).map(([path, text]) => toText(path, text, 0o755)),
    toText('etc/ssh/sshd_config', [...SSHD_SETTINGS, ...(knowsPenalties ? [SSHD_PATIENCE] : []), ''].join('\n')),
    { kind: 'file', path: 'etc/ssl/certs/ca-certificates.crt', mode: 0o644, content: Buffer.concat(certificates) },
  ]
}

/** Every folder that something lies in, the outer ones first, and the kernel's console in one of them. */
function toFolders(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  const modes = new Map<string, number>(Object.entries(FOLDERS))
  const note = (path: string): void => {
    if (path === '.') return
    note(dirname(path))
    if (!modes.has(path)) modes.set(path, 0o755)
  }
  for (const { path } of [...entries, ...toLinks()]) note(dirname(path))
  const paths = [...modes.keys()].sort()
  return [
    ...paths.map((path): ArchiveEntry => ({ kind: 'folder', path, mode: modes.get(path) ?? 0o755 })),
    { kind: 'device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  ]
}

function toLinks(): ArchiveEntry[] {
  return Object.entries(LINKS).map(([path, target]) => ({ kind: 'link', path, target }))
}

function lacking(what: string): SandboxError {
  const message = `${NO_PACKAGES.purpose}: they lack ${what}`
  return new SandboxError({ code: 'sandbox', message, hint: 'report this: Debian has changed its packages' })
}
