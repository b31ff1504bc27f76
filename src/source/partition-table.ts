/** What a disk's own partition table says of its size, which tells whether an image was cut. */

const SIGNATURE = 'EFI PART'
/** Of the number of the last sector, in a GPT header. Source: UEFI 2.10, 5.3.2 (AlternateLBA). */
const LAST_SECTOR_AT = 32

/**
 * How many bytes a disk has by its GPT.
 * @param head its first bytes
 * @returns undefined when it has none in there
 */
export function tableBytes(head: Uint8Array): number | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  for (const sector of [512, 4096]) {
    if (bytes.length < sector + LAST_SECTOR_AT + 8) return undefined
    if (bytes.toString('latin1', sector, sector + SIGNATURE.length) !== SIGNATURE) continue
    return (Number(bytes.readBigUInt64LE(sector + LAST_SECTOR_AT)) + 1) * sector
  }
  return undefined
}

/** What to say, behind its name, of an image that ends before its own partition table does; undefined when it does not. */
export const describeCut = (bytes: number, table: number | undefined): string | undefined =>
  table === undefined || table <= bytes
    ? undefined
    : `has ${bytes} bytes, and its own partition table says ${table}: its end is missing`

/** What to do about that, where it cannot be fetched again. */
export const CUT_HINT = 'get, copy or pack the image anew'
