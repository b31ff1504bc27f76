/**
 * What disk images are compressed with: one row each. Types, detection, the scripts of the build server, what is read of
 * templates, and messages follow from it.
 */

/** What a disk image is compressed with, by the usual suffix of its file; `none` for a plain disk. */
export type Compression = 'zst' | 'xz' | 'gz' | 'bz2' | 'none'

interface Row {
  readonly name: Compression
  /** As it stands in messages. */
  readonly title: string
  /** Behind the name of a raw disk. */
  readonly suffix: string
  /** The first bytes, in hexadecimal. */
  readonly magic: string
  /** The programs that the build server needs for it. */
  readonly programs: readonly string[]
  /** The command that decompresses standard input into the file that is its standard output, and leaves holes for zeros. */
  readonly command: string
  /** Programs that decompress it in the commands of templates. */
  readonly templatePrograms: readonly string[]
  /** Whether the Image Factory offers it. */
  readonly isInFactory: boolean
}

/** Leaves holes for zeros, for what does not by itself. */
const SPARSE = 'dd bs=64K iflag=fullblock conv=sparse status=none'

/** In the order in which the Image Factory is asked: zstd decompresses several times faster than xz. */
const ROWS: Readonly<Record<Compression, Row>> = {
  zst: {
    name: 'zst',
    title: 'zstd',
    suffix: '.zst',
    magic: '28b52ffd',
    programs: ['zstd'],
    command: 'zstd -dc --long=31 --sparse',
    templatePrograms: ['zstd', 'unzstd', 'zstdcat', 'pzstd'],
    isInFactory: true,
  },
  xz: {
    name: 'xz',
    title: 'xz',
    suffix: '.xz',
    magic: 'fd377a585a00',
    programs: ['xz'],
    // By itself it leaves holes in what is a file.
    command: 'xz -T0 -dc',
    templatePrograms: ['xz', 'unxz', 'xzcat'],
    isInFactory: true,
  },
  gz: {
    name: 'gz',
    title: 'gzip',
    suffix: '.gz',
    magic: '1f8b',
    programs: ['gzip'],
    command: `gzip -dc | ${SPARSE}`,
    templatePrograms: ['gzip', 'gunzip', 'zcat', 'pigz'],
    isInFactory: true,
  },
  bz2: {
    name: 'bz2',
    title: 'bzip2',
    suffix: '.bz2',
    magic: '425a68',
    programs: ['bzip2'],
    command: `bzip2 -dc | ${SPARSE}`,
    templatePrograms: ['bzip2', 'bunzip2', 'bzcat', 'pbzip2', 'lbzip2'],
    isInFactory: false,
  },
  // The last one, since all bytes begin with its magic.
  none: {
    name: 'none',
    title: 'none',
    suffix: '',
    magic: '',
    programs: [],
    command: SPARSE,
    templatePrograms: [],
    isInFactory: true,
  },
}

/** All of them, the plain disk last. */
export const COMPRESSIONS: readonly Row[] = Object.values(ROWS)

export const describeCompression = (name: Compression): Row => ROWS[name]

/** Those that are one, without the plain disk. */
const REAL = COMPRESSIONS.filter(({ magic }) => magic !== '')

/** Such as `zstd, xz, gzip or bzip2`, for messages. */
export const COMPRESSION_TITLES = joinWords(REAL.map(({ title }) => title))
/** Such as `.zst, .xz or .gz`, for messages. */
export const COMPRESSION_SUFFIXES = joinWords(REAL.map(({ suffix }) => suffix))

function joinWords(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** How many bytes tell the compressions apart. */
export const MAGIC_BYTES = Math.max(...COMPRESSIONS.map(({ magic }) => magic.length / 2))

/** The compression that the first bytes tell; anything unknown counts as a plain disk. */
export function detectCompression(head: Uint8Array): Compression {
  const bytes = Buffer.from(head.subarray(0, MAGIC_BYTES)).toString('hex')
  return COMPRESSIONS.find(({ magic }) => bytes.startsWith(magic))?.name ?? 'none'
}
