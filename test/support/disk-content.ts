/** What is on the disk of a snapshot in the sandbox's state, whatever its size. */

import { execFile } from 'node:child_process'
import { readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface DiskContent {
  /** The part that an image of that size takes. */
  readonly image: Buffer
  /** Bytes behind it that lie in blocks which are not all zeros. */
  readonly bytesBehind: number
}

/**
 * Reads the beginning of a disk file, and finds out whether anything lies behind it, without reading 40 GB of zeros:
 * in a sparse copy, what is not zero takes space.
 */
export async function readDisk(path: string, imageBytes: number): Promise<DiskContent> {
  const copy = `${path}.copy`
  try {
    await run('cp', ['--sparse=always', '--', path, copy])
    const { blocks } = await stat(copy)
    await truncate(copy, imageBytes)
    return { image: await readFile(copy), bytesBehind: (blocks - (await stat(copy)).blocks) * 512 }
  } finally {
    await rm(copy, { force: true })
  }
}

/** The disk file of a snapshot. */
export function snapshotDisk(stateDir: string, id: number): string {
  return join(stateDir, 'cloud', 'snapshots', `image-${id}.raw`)
}

/** The raw disk as the sandbox's Factory made it. */
export async function readFactoryDisk(
  stateDir: string,
  schematicId: string,
  version: string,
  architecture: 'arm64' | 'amd64',
): Promise<Buffer> {
  const disks = join(stateDir, 'factory', 'disks')
  const [size, ...others] = await readdir(disks)
  if (size === undefined || others.length > 0) throw new Error(`not one size of disks in ${disks}`)
  return readFile(join(disks, size, schematicId, version, `hcloud-${architecture}.raw`))
}
