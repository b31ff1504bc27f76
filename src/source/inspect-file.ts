/** Looks at a disk image on this computer. */

import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { COMPRESSION_SUFFIXES, detectCompression } from '../compressions.ts'
import { type Origin, TalosImageError } from '../errors.ts'
import { HEAD_BYTES, looksLikeDisk, unpackedBytes } from './formats.ts'
import { CUT_HINT, describeCut, tableBytes } from './partition-table.ts'
import type { SourceFacts } from './source.ts'

/**
 * @param at where the path was given, for messages
 * @throws TalosImageError `source` when the file is missing, unreadable, empty, or not a disk
 */
export async function inspectFile(path: string, at?: Origin): Promise<SourceFacts> {
  const fail = (message: string, hint: string): never => {
    throw new TalosImageError({ code: 'source', message: `${path} ${message}`, hint, at })
  }
  const unreadable = (error: NodeJS.ErrnoException): never =>
    fail(
      error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.message}`,
      at?.kind === 'file'
        ? 'correct the path, which starts from the working directory or the template, or name the disk image with --image-file'
        : 'check the path of --image-file',
    )
  // Before it is opened: opening a pipe waits for its writer.
  const { size } = await stat(path).then((found) => {
    return found.isFile() ? found : fail('is not a file', 'name a disk image, or - for standard input')
  }, unreadable)
  if (size === 0) return fail('is empty', 'name a disk image')
  await using file = await open(path).catch(unreadable)
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  }
  const head = await read(0, Math.min(HEAD_BYTES, size))
  const compression = detectCompression(head)
  if ((await looksLikeDisk(compression, head)) === false) {
    return fail(
      'is not a disk image: it has no boot sector',
      `name a raw Talos disk (hcloud-amd64.raw, or packed as ${COMPRESSION_SUFFIXES})`,
    )
  }
  const cut = compression === 'none' ? describeCut(size, tableBytes(head)) : undefined
  if (cut !== undefined) return fail(cut, CUT_HINT)
  return {
    compression,
    transferBytes: size,
    rawBytes: await unpackedBytes(compression, { sizeBytes: size, read }),
  }
}

/** At a time: more is no faster, and takes memory. */
export const READ_BYTES = 1 << 17

/** The SHA-256 of a file as it is, in hexadecimal. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  // One for all of the file: a stream leaves as much to be collected as the file has.
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  try {
    await using file = await open(path)
    for (;;) {
      signal?.throwIfAborted()
      const { bytesRead } = await file.read(buffer)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
    }
  } catch (error) {
    signal?.throwIfAborted()
    const why = error instanceof Error ? error.message : String(error)
    throw new TalosImageError({ code: 'source', message: `${path} cannot be read: ${why}` })
  }
  return hash.digest('hex')
}
