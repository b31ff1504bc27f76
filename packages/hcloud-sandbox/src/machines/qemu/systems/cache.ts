/** Systems that were made before. Each set is whole from its first moment, and never changes. */

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { SandboxError } from '../../../errors.ts'
import { makeFolder } from '../../../state/private-folder.ts'
import { KERNEL_SETTINGS, type Platform } from '../platform.ts'
import { lockFile } from './lock.ts'
import { makeSystems, type Systems, toSystems } from './make.ts'
import { findPackages, type PackageVersion } from './packages.ts'
import { SYSTEMS, toPackageNames } from './systems.ts'

/** Counts up when the way in which they are put together changes. */
const ASSEMBLY = 2

/** All of what they are made of as one text, to be hashed. */
export const toRecipeText = (): string => JSON.stringify([ASSEMBLY, SYSTEMS, KERNEL_SETTINGS])

export interface SystemsOptions {
  /** Absolute path; made if need be. */
  readonly cacheDir: string
  readonly platform: Platform
  /** Is told what is being made, for people. */
  readonly onProgress?: ((what: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** How long they are used before newer packages are looked for, which takes some seconds. */
const FRESH_MS = 14 * 24 * 60 * 60 * 1000

/** How long one is kept that is not the newest. */
const KEPT_MS = 4 * FRESH_MS

/**
 * The systems for an architecture: those that were made lately, else new ones of the newest packages, else, when these cannot
 * be had, old ones. Several processes that need them at the same time make them once.
 * @throws SandboxError `sandbox` when there is none and none can be made
 */
export async function provideSystems(options: SystemsOptions): Promise<Systems> {
  const { cacheDir, platform, onProgress = () => {}, signal } = options
  const architecture = platform.debian
  const find = () => findSystems(cacheDir, prefix, platform)
  const prefix = `systems-${architecture}-${shortHash(toRecipeText())}-`
  const early = await find()
  if (early?.fresh === true) return early.systems
  await makeFolder(cacheDir, 0o777).catch((cause: unknown) => {
    const message = `the folder ${cacheDir} cannot be made`
    throw new SandboxError({ code: 'sandbox', message, hint: 'choose another folder for the cache' }, { cause })
  })
  onProgress('their systems are made of Debian packages; that takes a minute or so, once.')
  await using _lock = await lockFile(join(cacheDir, `systems-${architecture}.lock`), signal)
  const known = await find()
  if (known?.fresh === true) return known.systems
  await removeUnused(cacheDir, architecture)
  const make = (lists: 'computer' | 'new') => {
    onProgress(lists === 'new' ? "fetching Debian's lists of packages." : 'looking for the packages.')
    return makeInto(cacheDir, prefix, { platform, lists, onProgress, signal })
  }
  try {
    return await make('computer').catch(() => {
      signal?.throwIfAborted()
      return make('new')
    })
  } catch (error) {
    signal?.throwIfAborted()
    if (known === undefined) throw error
    return known.systems
  }
}

interface MakeIntoOptions {
  readonly platform: Platform
  readonly lists: 'computer' | 'new'
  readonly onProgress: (what: string) => void
  readonly signal: AbortSignal | undefined
}

async function makeInto(cacheDir: string, prefix: string, options: MakeIntoOptions): Promise<Systems> {
  const { platform, lists, onProgress, signal } = options
  const architecture = platform.debian
  const work = await mkdtemp(join(cacheDir, toMakingPrefix(architecture)))
  try {
    const source = await findPackages({ architecture, wanted: toPackageNames(platform), lists, signal, work })
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
      const between = join(work, 'between')
      await mkdir(between)
      await makeSystems({ platform, packages: join(work, 'packages'), folder: made, work: between, onProgress, signal })
      await rename(made, folder)
    }
    return toSystems(folder, platform)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Removes what a killed process has left, and systems that were not used for long. The caller has the lock. */
async function removeUnused(cacheDir: string, architecture: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name)
    const isLeft = name.startsWith(toMakingPrefix(architecture))
    // `rescue-` is what earlier releases made.
    const isMade = [`systems-${architecture}-`, `rescue-${architecture}-`].some((start) => name.startsWith(start))
    if (isLeft || (isMade && Date.now() - (await stat(path)).mtimeMs > KEPT_MS)) {
      await rm(path, { recursive: true, force: true })
    }
  }
}

const toMakingPrefix = (architecture: string): string => `making-${architecture}-`

async function findSystems(
  cacheDir: string,
  prefix: string,
  platform: Platform,
): Promise<{ systems: Systems; fresh: boolean } | undefined> {
  const names = (await readdir(cacheDir).catch(() => [])).filter((name) => name.startsWith(prefix))
  const found = await Promise.all(
    names.map(async (name) => ({ name, checkedMs: (await stat(join(cacheDir, name))).mtimeMs })),
  )
  const newest = found.sort((a, b) => b.checkedMs - a.checkedMs)[0]
  if (newest === undefined) return undefined
  return { systems: toSystems(join(cacheDir, newest.name), platform), fresh: Date.now() - newest.checkedMs < FRESH_MS }
}

const toVersionText = (packages: readonly PackageVersion[]) =>
  packages.map(({ name, version }) => `${name} ${version}\n`).join('')

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
