/** What an ELF program or library (64 bits, little-endian) says that it needs. */

/** Names of libraries (`libc.so.6`), and the path of the loader if it is a program. Not ELF: nothing. */
export interface Needs {
  readonly libraries: readonly string[]
  readonly loader: string | undefined
}

const NOTHING: Needs = { libraries: [], loader: undefined }
const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])

const SEGMENT = { load: 1, dynamic: 2, interpreter: 3 } as const
const DYNAMIC = { end: 0n, needed: 1n, stringTable: 5n } as const

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

/** @throws RangeError for a file that is cut off */
export function readNeeds(file: Buffer): Needs {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return NOTHING
  const segments = readSegments(file)
  const dynamic = segments.find(({ type }) => type === SEGMENT.dynamic)
  const interpreter = segments.find(({ type }) => type === SEGMENT.interpreter)
  return {
    libraries: dynamic === undefined ? [] : readLibraries(file, dynamic, segments),
    loader: interpreter === undefined ? undefined : readText(file, interpreter.offset),
  }
}

function readSegments(file: Buffer): Segment[] {
  const table = Number(file.readBigUInt64LE(32))
  const size = file.readUInt16LE(54)
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = table + index * size
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    }
  })
}

function readLibraries(file: Buffer, dynamic: Segment, segments: readonly Segment[]): string[] {
  const names: number[] = []
  let table = 0
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    const tag = file.readBigInt64LE(at)
    const value = Number(file.readBigUInt64LE(at + 8))
    if (tag === DYNAMIC.end) break
    if (tag === DYNAMIC.needed) names.push(value)
    if (tag === DYNAMIC.stringTable) table = toOffset(value, segments)
  }
  return names.map((name) => readText(file, table + name))
}

/** Where in the file stands what is at an address in memory. */
function toOffset(address: number, segments: readonly Segment[]): number {
  const segment = segments.find(
    ({ type, address: start, size }) => type === SEGMENT.load && address >= start && address < start + size,
  )
  return segment === undefined ? address : address - segment.address + segment.offset
}

const readText = (file: Buffer, at: number): string => file.toString('utf8', at, file.indexOf(0, at))
