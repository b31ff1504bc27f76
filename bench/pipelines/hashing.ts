/** What it costs to know that the disk holds the image: hashing while it is written, and reading it back. */

import type { Table } from '../bench.ts'
import type { Disk } from './disk.ts'
import { inTurns, type Timed, type Way } from './in-turns.ts'
import { DEVICE, DOWNLOAD, type Place } from './place.ts'

const ROUNDS = 3

/** What makes a hash of standard input, and the program that has to be there for it. */
interface Hash {
  readonly command: string
  readonly program: string
}

const HASHES: readonly Hash[] = [
  { command: 'cksum', program: 'cksum' },
  { command: 'md5sum', program: 'md5sum' },
  { command: 'sha1sum', program: 'sha1sum' },
  { command: 'sha256sum', program: 'sha256sum' },
  { command: 'b2sum', program: 'b2sum' },
  { command: 'xxhsum', program: 'xxhsum' },
  { command: 'openssl dgst -sha256', program: 'openssl' },
  { command: 'zstd -1 --single-thread -q | b2sum', program: 'zstd' },
  { command: 'zstd --fast=5 --single-thread -q | b2sum', program: 'zstd' },
]

interface WritingWay {
  readonly hashesDownload?: boolean
  /** Of what is written. */
  readonly hash?: string
}

export interface Hashing {
  readonly table: Table
  /** Writing without any hash, and with one of the download only; in milliseconds. */
  readonly bareMs: number
  readonly downloadOnlyMs: number
}

/** Measures what each hash costs, on the way to the disk and on the way back. The image is on the disk afterwards. */
export async function measureHashing(place: Place, disk: Disk, say: (text: string) => void): Promise<Hashing> {
  const hashes = await findHashes(place)
  const writingWays = [{ hashesDownload: false }, { hashesDownload: true }, ...hashes.map((hash) => ({ hash }))]
  const writing = writingWays.map(({ hashesDownload = true, hash }: WritingWay) => ({
    name: `writing, hash: ${hash ?? 'none'}`,
    async measure() {
      await disk.makeStale()
      return place.run('writing', writeWith(place, hashesDownload, hash))
    },
  }))
  const written = await inTurns(writing, ROUNDS, (text) => say(`hashing while writing, ${text}`))
  await disk.inspect()
  const reading = [undefined, ...hashes].map((hash) => ({
    name: `reading, hash: ${hash ?? 'none'}`,
    measure: () => place.run('reading', readImage(place, hash)),
  }))
  const read = await inTurns(reading, ROUNDS, (text) => say(`hashing while reading, ${text}`))

  const cells = (timed: Timed<Way> | undefined): string[] => [
    timed?.timing.seconds ?? '',
    timed?.timing.processorSeconds ?? '',
  ]
  const [bare, downloadOnly, ...hashed] = written
  const [bareRead, ...hashedRead] = read
  const table = {
    title: 'What hashing costs',
    text: `Ours at its simplest, without reports: the download is unpacked onto the discarded disk, and once more for the hash of
what is written. Reading back: the image's part of the disk, with direct I/O, into the hash. Medians of ${ROUNDS}.`,
    columns: ['hash of the disk', 'writing', 'processors', 'reading back', 'processors'],
    rows: [
      ['none, nor one of the download', ...cells(bare), ...cells(bareRead)],
      ['none, `sha256sum` of the download', ...cells(downloadOnly), ...cells(undefined)],
      ...hashes.map((hash, index) => [`\`${hash}\`, too`, ...cells(hashed[index]), ...cells(hashedRead[index])]),
    ],
  }
  const toMs = (timed: Timed<Way> | undefined): number => timed?.timing.ms ?? Number.NaN
  return { table, bareMs: toMs(bare), downloadOnlyMs: toMs(downloadOnly) }
}

/** The commands that the machine has programs for. */
async function findHashes(place: Place): Promise<readonly string[]> {
  const programs = [...new Set(HASHES.map(({ program }) => program))]
  const script = programs.map((program) => `! command -v ${program} >/dev/null || echo ${program}`).join('\n')
  const there = (await place.run('looking for programs', script)).stdout.split('\n')
  return HASHES.filter(({ program }) => there.includes(program)).map(({ command }) => command)
}

/** @param hash of what is written; none when undefined */
function writeWith({ url }: Place, hashesDownload: boolean, hash: string | undefined): string {
  const source = hashesDownload ? '| tee "$work/source"' : ''
  const disk = hash === undefined ? '' : '| tee "$work/disk"'
  return `set -eo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkfifo "$work/source" "$work/disk"
blkdiscard -f ${DEVICE}
hashes=()
${hashesDownload ? `sha256sum <"$work/source" >"$work/source.sum" & hashes+=($!)` : ''}
${hash === undefined ? '' : `{ zstd -dc | ${hash}; } <"$work/disk" >"$work/disk.sum" & hashes+=($!)`}
exec 9<>${DEVICE}
${DOWNLOAD} ${url('.raw.zst')} ${source} ${disk} | zstd -dc --sparse >&9
for hash in "\${hashes[@]}"; do wait "$hash"; done
sync`
}

const readImage = ({ imageBytes }: Place, hash: string | undefined): string => `set -o pipefail
dd if=${DEVICE} bs=1M count=${imageBytes} iflag=direct,count_bytes status=none ${hash === undefined ? 'of=/dev/null' : `| ${hash}`}`
