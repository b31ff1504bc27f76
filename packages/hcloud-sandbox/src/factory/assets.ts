/** Makes disk images when they are first asked for, and keeps them. */

import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pLimit from 'p-limit'
import { assertFreeSpace } from '../disks.ts'
import { SandboxError } from '../errors.ts'
import type { BootSystem } from '../machines/machine.ts'
import { type Compression, formatAssetPath } from './asset-path.ts'
import { COMPRESS } from './compress/compress.ts'
import { writeDiskImage } from './disk-image.ts'
import { type DiskLayout, layOutDisk } from './disk-layout.ts'
import { type DiskSize, type OwnSize, sizeOf } from './disk-size.ts'
import type { TalosDisk } from './talos-disk.ts'

/** Part of the path of every disk; raise it when the same disk comes out with other bytes than before. */
const FORMAT = 3
/** So many assets are made at once. */
const AT_ONCE = 2
/** What must be free beyond what the asset takes. */
const SPARE_BYTES = 64 * 1024 * 1024

/** There is no space for what is to be made. */
export class DiskFullError extends SandboxError {}

/**
 * Finds out whether that many bytes can be written below a folder; by default, asks the file system.
 * @throws SandboxError when they cannot
 */
export type AssertSpace = (folder: string, bytes: number) => Promise<void>

export interface Asset {
  /** Absolute path. */
  readonly path: string
  readonly bytes: number
}

export interface AssetRequest {
  readonly disk: TalosDisk
  /** What it boots from; needed for one that boots where machines boot disks. */
  readonly boot?: BootSystem | undefined
  readonly compression: Compression
}

export interface AssetsOptions {
  /** A folder of the assets' own. */
  readonly folder: string
  /** Instead of the sizes that Talos's disks have. */
  readonly size?: OwnSize | undefined
  /** Waits as long as the making takes beyond the work itself. */
  readonly delay: (signal: AbortSignal) => Promise<void>
  readonly assertSpace?: AssertSpace | undefined
}

export interface Assets {
  /** Removes what a killed run left half made. */
  removeUnfinished(): Promise<void>
  /**
   * The asset, made now unless it was made before. Callers who want the same one wait for the same making.
   * @throws DiskFullError when the disk is too full for it
   * @throws SandboxError `sandbox` when a compression program is missing or fails, or the Factory closes
   */
  get(request: AssetRequest): Promise<Asset>
  /** Stops what is being made, and waits until it has stopped. */
  close(): Promise<void>
}

/** Keeps assets in a folder, apart for each size of disk. */
export function createAssets(options: AssetsOptions): Assets {
  const { folder, size, delay, assertSpace = assertFreeSpace } = options
  const unfinished = join(folder, 'unfinished')
  const closing = new AbortController()
  const limit = pLimit(AT_ONCE)
  const pending = new Map<string, Promise<Asset>>()

  /**
   * The file, made by `make` under another name first, so that it is either whole or not there.
   * @param bytes about what it takes
   */
  async function getFile(path: string, bytes: number, make: (target: string) => Promise<void>): Promise<Asset> {
    const there = await findFile(path)
    if (there !== undefined) return there
    closing.signal.throwIfAborted()
    await mkdir(unfinished, { recursive: true, mode: 0o700 })
    await requireSpace(unfinished, bytes + SPARE_BYTES, assertSpace)
    const target = join(unfinished, crypto.randomUUID())
    try {
      await make(target)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await rename(target, path)
    } finally {
      await rm(target, { force: true })
    }
    return { path, bytes: (await stat(path)).size }
  }

  /** Runs `make` once for all who ask for the same path meanwhile. */
  function once(path: string, make: () => Promise<Asset>): Promise<Asset> {
    const known = pending.get(path)
    if (known !== undefined) return known
    const made = make().finally(() => pending.delete(path))
    pending.set(path, made)
    return made
  }

  async function getDisk(request: AssetRequest): Promise<Asset> {
    const { disk, boot } = request
    const path = pathOf({ ...request, compression: 'none' })
    const { dataBytes, layout } = layOut(request)
    return await once(path, () =>
      getFile(path, dataBytes, (target) => writeDiskImage(target, { disk, layout, boot }, closing.signal)),
    )
  }

  async function make(request: AssetRequest): Promise<Asset> {
    const { compression } = request
    const path = pathOf(request)
    const there = await findFile(path)
    if (there !== undefined) return there
    await delay(closing.signal)
    const raw = await getDisk(request)
    if (compression === 'none') return raw
    const { dataBytes, layout } = layOut(request)
    return await getFile(path, dataBytes, (target) =>
      COMPRESS[compression]({ source: raw.path, layout, target, scratch: `${target}.scratch` }, closing.signal),
    )
  }

  /** @returns what it takes, too */
  function layOut({ disk, boot }: AssetRequest): Pick<DiskSize, 'dataBytes'> & { readonly layout: DiskLayout } {
    const wanted = sizeOf(disk.version, disk.architecture, size)
    if (boot === undefined) return { dataBytes: wanted.dataBytes, layout: layOutDisk(wanted) }
    const need = { partition: boot.grub === undefined ? 'EFI' : 'BOOT', bytes: boot.bytes } as const
    return { dataBytes: Math.max(wanted.dataBytes, boot.bytes), layout: layOutDisk(wanted, need) }
  }

  function pathOf({ disk, boot, compression }: AssetRequest): string {
    const { diskBytes, dataBytes } = sizeOf(disk.version, disk.architecture, size)
    // The same order can be spoilt another time, and what disks boot from becomes newer.
    const kind = disk.boots ? (boot?.id ?? 'played') : 'unbootable'
    return join(
      folder,
      'disks',
      `${FORMAT}-${diskBytes}-${dataBytes}-${kind}`,
      disk.schematicId,
      disk.version,
      formatAssetPath(disk, compression),
    )
  }

  return {
    removeUnfinished: () => rm(unfinished, { recursive: true, force: true }),
    async get(request) {
      // the raw disk has a key of its own: it is also made on the way to the others
      const key = `asset ${pathOf(request)}`
      return (await findFile(pathOf(request))) ?? (await once(key, () => limit(() => make(request))))
    },
    async close() {
      closing.abort(new SandboxError({ code: 'sandbox', message: 'the sandbox is closing', hint: 'start it again' }))
      await Promise.allSettled(pending.values())
    },
  }
}

async function findFile(path: string): Promise<Asset | undefined> {
  try {
    return { path, bytes: (await stat(path)).size }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function requireSpace(folder: string, bytes: number, assertSpace: AssertSpace): Promise<void> {
  try {
    await assertSpace(folder, bytes)
  } catch (error) {
    if (error instanceof SandboxError)
      throw new DiskFullError({ code: 'sandbox', message: error.message, hint: error.hint }, { cause: error })
    throw error
  }
}
