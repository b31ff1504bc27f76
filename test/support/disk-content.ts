/** What is on the disk of a snapshot in the sandbox's state, whatever its size. */

import { execFile } from 'node:child_process'
import { mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
 * what is zero becomes a hole in a copy, and a copy of holes takes no space.
 */
export async function readDisk(path: string, imageBytes: number): Promise<DiskContent> {
  const copies = await mkdtemp(join(dirname(path), 'copies-'))
  const [copy, rest] = [join(copies, 'copy'), join(copies, 'rest')]
  try {
    await run('cp', ['--sparse=always', '--', path, copy])
    const image = await readBeginning(copy, imageBytes)
    await run('fallocate', ['--punch-hole', '--length', String(imageBytes), copy])
    await run('cp', ['--sparse=always', '--', copy, rest])
    return { image, bytesBehind: (await stat(rest)).blocks * 512 }
  } finally {
    await rm(copies, { recursive: true, force: true })
  }
}

async function readBeginning(path: string, bytes: number): Promise<Buffer> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
  return buffer.subarray(0, bytesRead)
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
