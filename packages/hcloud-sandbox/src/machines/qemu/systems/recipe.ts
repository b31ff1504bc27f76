/** What a system that machines boot is made of: the shape of a recipe. */

import type { ArchiveEntry } from './cpio.ts'
import type { PackageTree } from './package-tree.ts'

export interface Recipe {
  /** Packages whose programs are taken, all of them or those named. Libraries follow from what the programs need. */
  readonly packages: Readonly<Record<string, 'all' | readonly string[]>>
  /** Files that are taken besides, whichever package holds them: patterns of their paths. */
  readonly loaded: readonly string[]
  /** Libraries that programs open by themselves, so that nothing says that they need them. */
  readonly openedLibraries: readonly string[]
  /** Drivers, in the order in which they are wanted; what they need comes before them. */
  readonly modules: readonly string[]
  /** Links: what reads the name on the left finds the one on the right. */
  readonly links: Readonly<Record<string, string>>
  /** Folders with their modes. */
  readonly folders: Readonly<Record<string, number>>
  /** Files with their texts; readable by everyone. */
  readonly files: Readonly<Record<string, string>>
  /** The same, but programs. The first one that runs is `init`. */
  readonly scripts: Readonly<Record<string, string>>
  /** What depends on the packages. */
  readonly more?: (tree: PackageTree) => Promise<ArchiveEntry[]>
}

/** Where a system finds its drivers, in the order in which they are to be loaded. */
export const MODULES_FOLDER = 'usr/lib/drivers'

/** Links without which few programs run. */
export const MERGED_LINKS: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  sbin: 'usr/sbin',
  lib: 'usr/lib',
  lib64: 'usr/lib64',
}

/** A text file in an archive. */
export const toTextEntry = (path: string, text: string, mode = 0o644): ArchiveEntry => ({
  kind: 'file',
  path,
  mode,
  content: Buffer.from(text),
})
