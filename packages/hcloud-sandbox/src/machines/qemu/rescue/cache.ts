/** Rescue systems that were made before. Each is whole from its first moment, and never changes. */

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { SandboxError } from '../../../errors.ts'
import { makeFolder } from '../../../state/private-folder.ts'
import { lockFile } from './lock.ts'
import { INITRAMFS_FILE, KERNEL_FILE, makeRescue } from './make.ts'
import { findPackages, type PackageVersion } from './packages.ts'
import { toRecipeText } from './recipe.ts'

/** What a machine boots rescue from. Absolute paths. */
export interface RescueSystem {
  readonly kernel: string
  readonly initramfs: string
}

export interface RescueOptions {
  /** Absolute path; made if need be. */
  readonly cacheDir: string
  /** As Debian names it. */
  readonly architecture: string
  /** Is told what is being made, for people. */
  readonly onProgress?: ((what: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** How long a rescue system is used before newer packages are looked for, which takes some seconds. */
const FRESH_MS = 14 * 24 * 60 * 60 * 1000

/** How long one is kept that is not the newest. */
const KEPT_MS = 4 * FRESH_MS

/**
 * The rescue system for an architecture: one that was made lately, else a new one of the newest packages, else, when
 * those cannot be had, an old one. Several processes that need it at the same time make it once.
 * @throws SandboxError `sandbox` when there is none and none can be made
 */
export async function provideRescue(options: RescueOptions): Promise<RescueSystem> {
  const { cacheDir, architecture, onProgress = () => {}, signal } = options
  const find = () => findRescue(cacheDir, prefix)
  const prefix = `rescue-${architecture}-${shortHash(toRecipeText())}-`
  const early = await find()
  if (early?.fresh === true) return early.system
  await makeFolder(cacheDir, 0o777).catch((cause: unknown) => {
    const message = `the folder ${cacheDir} cannot be made`
    throw new SandboxError({ code: 'sandbox', message, hint: 'choose another folder for the cache' }, { cause })
  })
  onProgress('their rescue system is made of Debian packages; that takes a minute or so, once.')
  await using _lock = await lockFile(join(cacheDir, `rescue-${architecture}.lock`), signal)
  const known = await find()
  if (known?.fresh === true) return known.system
  await removeUnused(cacheDir, architecture)
  const make = (lists: 'computer' | 'new') => {
    onProgress(lists === 'new' ? "fetching Debian's lists of packages." : 'looking for the packages.')
    return makeInto(cacheDir, prefix, { architecture, lists, onProgress, signal })
  }
  try {
    return await make('computer').catch(() => {
      signal?.throwIfAborted()
      return make('new')
    })
  } catch (error) {
    signal?.throwIfAborted()
    if (known === undefined) throw error
    return known.system
  }
}

interface MakeOptions {
  readonly architecture: string
  readonly lists: 'computer' | 'new'
  readonly onProgress: (what: string) => void
  readonly signal: AbortSignal | undefined
}

async function makeInto(cacheDir: string, prefix: string, options: MakeOptions): Promise<RescueSystem> {
  const { onProgress, signal } = options
  const work = await mkdtemp(join(cacheDir, toMakingPrefix(options.architecture)))
  try {
    const source = await findPackages({ ...options, work })
    const folder = join(cacheDir, prefix + shortHash(toVersionText(source.packages)))
    const now = new Date()
    // The packages may be the same as before.
    const isThere = await utimes(folder, now, now).then(
      () => true,
      () => false,
    )
    if (!isThere) {
      const made = join(work, 'made')
      await mkdir(made)
      onProgress(`downloading ${source.packages.length} packages.`)
      await source.unpackInto(join(work, 'packages'))
      onProgress('putting the rescue system together.')
      await makeRescue(join(work, 'packages'), made, signal)
      await rename(made, folder)
    }
    return toSystem(folder)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Removes what a killed process has left, and rescue systems that were not used for long. The caller has the lock. */
async function removeUnused(cacheDir: string, architecture: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name)
    const isLeft = name.startsWith(toMakingPrefix(architecture))
    const isRescue = name.startsWith(`rescue-${architecture}-`)
    if (isLeft || (isRescue && Date.now() - (await stat(path)).mtimeMs > KEPT_MS)) {
      await rm(path, { recursive: true, force: true })
    }
  }
}

const toMakingPrefix = (architecture: string): string => `making-${architecture}-`

async function findRescue(
  cacheDir: string,
  prefix: string,
): Promise<{ system: RescueSystem; fresh: boolean } | undefined> {
  const names = (await readdir(cacheDir).catch(() => [])).filter((name) => name.startsWith(prefix))
  const found = await Promise.all(
    names.map(async (name) => ({ name, checkedMs: (await stat(join(cacheDir, name))).mtimeMs })),
  )
  const newest = found.sort((a, b) => b.checkedMs - a.checkedMs)[0]
  if (newest === undefined) return undefined
  return { system: toSystem(join(cacheDir, newest.name)), fresh: Date.now() - newest.checkedMs < FRESH_MS }
}

const toSystem = (folder: string): RescueSystem => ({
  kernel: join(folder, KERNEL_FILE),
  initramfs: join(folder, INITRAMFS_FILE),
})

const toVersionText = (packages: readonly PackageVersion[]) =>
  packages.map(({ name, version }) => `${name} ${version}\n`).join('')

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
