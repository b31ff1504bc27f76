/** Archives as the kernel unpacks them at boot: cpio in its "new ASCII" form (newc). Everything belongs to root. */

export type ArchiveEntry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: Buffer }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** A character device. */
  | {
      readonly kind: 'device'
      readonly path: string
      readonly mode: number
      readonly major: number
      readonly minor: number
    }

const TYPE_BITS = { file: 0o100000, folder: 0o040000, link: 0o120000, device: 0o020000 } as const
const ALIGN = 4

/** The archive, in pieces to be written one after the other. Paths are relative; a folder comes before what is in it. */
export function* toCpio(entries: readonly ArchiveEntry[]): Generator<Buffer> {
  let inode = 1
  for (const entry of entries) yield* toRecord(entry, inode++)
  yield* toRecord({ kind: 'file', path: 'TRAILER!!!', mode: 0, content: Buffer.alloc(0) }, 0)
}

function* toRecord(entry: ArchiveEntry, inode: number): Generator<Buffer> {
  const content = entry.kind === 'file' ? entry.content : Buffer.from(entry.kind === 'link' ? entry.target : '', 'utf8')
  const mode = TYPE_BITS[entry.kind] | (entry.kind === 'link' ? 0o777 : entry.mode)
  const [major, minor] = entry.kind === 'device' ? [entry.major, entry.minor] : [0, 0]
  const name = Buffer.from(`${entry.path}\0`, 'utf8')
  // inode, mode, user, group, links, time, size, device, the device that it is, length of the name, checksum
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length, 0]
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
  yield padded(Buffer.concat([Buffer.from(header, 'ascii'), name]))
  if (content.length > 0) yield padded(content)
}

function padded(bytes: Buffer): Buffer {
  const over = bytes.length % ALIGN
  return over === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(ALIGN - over)])
}
