/** What is on the disk of a snapshot in the sandbox's state, whatever its size. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
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

/** Reads the beginning of a disk file, and finds out whether anything lies behind it. */
export async function readDisk(path: string, imageBytes: number): Promise<DiskContent> {
  return { image: await readBeginning(path, imageBytes), bytesBehind: await countBytesBehind(path, imageBytes) }
}

/** Whether a disk file begins with an image, all of it, however large that is. */
export async function beginsWith(path: string, imageFile: string): Promise<boolean> {
  const { size } = await stat(imageFile)
  return run('cmp', ['--silent', `--bytes=${size}`, '--', path, imageFile]).then(
    () => true,
    () => false,
  )
}

/**
 * How many bytes behind an image lie in blocks that are not all zeros, without reading 40 GB of zeros: what is zero becomes a
 * hole in a copy, and a copy of holes takes no space.
 */
export async function countBytesBehind(path: string, imageBytes: number): Promise<number> {
  const copies = await mkdtemp(join(dirname(path), 'copies-'))
  const [copy, rest] = [join(copies, 'copy'), join(copies, 'rest')]
  try {
    await run('cp', ['--sparse=always', '--', path, copy])
    await run('fallocate', ['--punch-hole', '--length', String(imageBytes), copy])
    await run('cp', ['--sparse=always', '--', copy, rest])
    return (await stat(rest)).blocks * 512
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

type FactoryDisk = readonly [stateDir: string, schematicId: string, version: string, architecture: 'arm64' | 'amd64']

/** The raw disk as the sandbox's Factory made it. */
export const readFactoryDisk = async (...disk: FactoryDisk): Promise<Buffer> => readFile(await factoryDisk(...disk))

/** Its file. */
export async function factoryDisk(...[stateDir, schematicId, version, architecture]: FactoryDisk): Promise<string> {
  const disks = join(stateDir, 'factory', 'disks')
  const name = join(schematicId, version, `hcloud-${architecture}.raw`)
  const found = (await readdir(disks)).map((folder) => join(disks, folder, name)).filter(existsSync)
  const [file, ...others] = found
  if (file === undefined || others.length > 0) throw new Error(`not one disk ${name} in ${disks}`)
  return file
}
