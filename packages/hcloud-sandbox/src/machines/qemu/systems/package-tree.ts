/** The folder into which packages were unpacked: programs, libraries, drivers and the kernel are found in it. */

import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join, normalize, relative } from 'node:path'
import { SandboxError } from '../../../errors.ts'
import { NO_PACKAGES } from './packages.ts'

/** Where some packages still put things; on a system of today the folder on the left is a link to the one on the right. */
const MERGED: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  sbin: 'usr/sbin',
  lib: 'usr/lib',
  lib64: 'usr/lib64',
}

export interface PackageTree {
  /** All paths of a package but those of folders, relative and merged (see `toMerged`). */
  pathsOf(packageName: string): readonly string[]
  /** The first path, of whichever package, that looks like this. */
  find(pattern: RegExp): string | undefined
  /** All such paths. */
  findAll(pattern: RegExp): readonly string[]
  /** Where a link leads, as it is written; undefined for a file. */
  linkTarget(path: string): Promise<string | undefined>
  /** Its absolute path on this computer. */
  fileOf(path: string): string
  /** The content of the file that a path leads to. */
  read(path: string): Promise<Buffer>
}

/**
 * @param root holds a folder for each package, which has its name
 * @throws SandboxError `sandbox`, from the functions too, when something is not in it
 */
export async function openPackageTree(root: string): Promise<PackageTree> {
  const files = new Map<string, string>()
  const byPackage = new Map<string, string[]>()
  for (const packageName of await readdir(root)) {
    const folder = join(root, packageName)
    const paths: string[] = []
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) continue
      const file = join(entry.parentPath, entry.name)
      const path = toMerged(relative(folder, file))
      paths.push(path)
      files.set(path, file)
    }
    byPackage.set(packageName, paths.sort())
  }
  const fileOf = (path: string): string => {
    const found = files.get(path)
    if (found !== undefined) return found
    const message = `${NO_PACKAGES.purpose}: /${path} is not in them`
    throw new SandboxError({ code: 'sandbox', message, hint: 'report this: Debian has changed its packages' })
  }
  const linkTarget = async (path: string) => {
    const file = fileOf(path)
    return (await lstat(file)).isSymbolicLink() ? await readlink(file) : undefined
  }
  const read = async (path: string): Promise<Buffer> => {
    const target = await linkTarget(path)
    if (target === undefined) return readFile(fileOf(path))
    // Followed by hand: a link must not lead out of the packages into this computer's own files.
    const goal = target.startsWith('/') ? target : join('/', path, '..', target)
    return read(toMerged(normalize(goal).slice(1)))
  }
  return {
    pathsOf: (packageName) => byPackage.get(packageName) ?? [],
    find: (pattern) => [...files.keys()].find((path) => pattern.test(path)),
    findAll: (pattern) => [...files.keys()].filter((path) => pattern.test(path)),
    linkTarget,
    fileOf,
    read,
  }
}

/** `bin/dd` becomes `usr/bin/dd`. */
function toMerged(path: string): string {
  const [first = '', ...rest] = path.split('/')
  return [MERGED[first] ?? first, ...rest].join('/')
}
