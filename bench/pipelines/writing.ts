/** What it takes to write the image onto the server's disk, and to read it back, in the ways that there are. */

import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { allocatedBytes } from 'hcloud-sandbox'
import { verifyScript } from '../../src/remote/verify-script.ts'
import { writeScript } from '../../src/remote/write-script.ts'
import { formatMib, type Table } from '../bench.ts'
import { openDisk } from './disk.ts'
import { inTurns, readProcessorMs, type Sample, type Way, withTimes } from './in-turns.ts'
import { DEVICE, type Place } from './place.ts'

const run = promisify(execFile)

/** As far as the system that a new server comes with may reach: a Debian of 5 GB. */
const OLD_BYTES = 5 * 1024 ** 3

/** What is done; `xz` and `zst` stand for the URLs. Those of others are what their tools run (2026). */
const PIPELINES = {
  old: (
    xz: string,
  ) => `wget --timeout=5 --waitretry=5 --tries=5 --retry-connrefused --inet4-only -O /tmp/talos.raw.xz ${xz}
xz -d -c /tmp/talos.raw.xz | dd of=${DEVICE} && sync`,
  k8s: (xz: string) => `blkdiscard -f -v ${DEVICE}
wget -O - ${xz} | xz -T0 -dc | dd of=${DEVICE} bs=1M iflag=fullblock oflag=direct conv=fsync`,
  upload: (url: string, program: 'xz' | 'zstd') => `blkdiscard --force ${DEVICE}
wget --no-verbose -O - ${url} | ${program} -cd | dd of=${DEVICE} bs=4M conv=sparse && sync`,
} as const

/** Which pipelines are measured: all of them, those that end within minutes on emulated processors, or ours alone. */
export type Extent = 'all' | 'quick' | 'ours'

const WAYS = {
  old: 'the old template: `wget` to a file, `xz -d -c | dd`',
  k8s: 'hcloud-k8s: `xz -T0 -dc | dd bs=1M oflag=direct`',
  uploadXz: 'hcloud-upload-image, xz: `xz -cd | dd bs=4M conv=sparse`',
  upload: 'hcloud-upload-image, zstd: `zstd -cd | dd bs=4M conv=sparse`',
  writeXz: 'ours, xz: writing, with the hashes of the download and of the data',
  write: 'ours, zstd: writing, with both hashes',
  readBack: 'ours: reading back',
  floor: 'the floor: `cp` of the unpacked sparse file, on the host',
} as const
type WayName = keyof typeof WAYS

export interface Writing {
  readonly table: Table
  /** The medians, in milliseconds; NaN for what was not measured. */
  readonly ms: Readonly<Record<'old' | 'upload' | 'write' | 'readBack', number>>
  /** How much of the image is data. */
  readonly dataBytes: number
  /** What ours allocates, compared with the image's data. */
  readonly allocation: number
}

interface WritingWay extends Way {
  readonly name: WayName
  /** What its first time left; nothing after reading. */
  left?: { readonly allocated: number; readonly behind: string }
}

/** Measures the ways, in turns. */
export async function measureWriting(
  place: Place,
  extent: Extent,
  rounds: number,
  say: (text: string) => void,
): Promise<Writing> {
  const [xz, zst] = [place.url('.raw.xz'), place.url('.raw.zst')]
  const ours = (url: string): string => writeScript({ from: { url }, device: DEVICE, mode: 'sparse' })
  const scripts: readonly (readonly [WayName, Extent, string])[] = [
    ['old', 'all', PIPELINES.old(xz)],
    ['k8s', 'all', PIPELINES.k8s(xz)],
    ['uploadXz', 'quick', PIPELINES.upload(xz, 'xz')],
    ['upload', 'quick', PIPELINES.upload(zst, 'zstd')],
    ['writeXz', 'quick', ours(xz)],
    ['write', 'ours', ours(zst)],
    // The disk is what the one before has left.
    ['readBack', 'ours', verifyScript({ device: DEVICE, diskBytes: place.imageBytes, oldBytes: OLD_BYTES })],
  ]
  const wanted = { all: ['all', 'quick', 'ours'], quick: ['quick', 'ours'], ours: ['ours'] }[extent]
  const ways = scripts
    .filter(([, of]) => wanted.includes(of))
    .map(([name, , script]) => (name === 'readBack' ? toReading(place, script) : toWay(place, name, script)))
  if (extent === 'all') ways.push(floor(place))
  const timed = await inTurns(ways, rounds, (text) => say(`writing, ${text}`))
  const data = await allocatedBytes(place.rawFile)
  const msOf = (name: WayName): number => timed.find(({ way }) => way.name === name)?.timing.ms ?? Number.NaN
  const ms = { old: msOf('old'), upload: msOf('upload'), write: msOf('write'), readBack: msOf('readBack') }
  const rows = timed.map(({ way: { name, left }, timing }) => [
    ...[WAYS[name], timing.seconds, timing.range, timing.processorSeconds],
    Number.isNaN(ms.upload) ? '' : (timing.ms / ms.upload).toFixed(2),
    ...(left === undefined ? ['', ''] : [(left.allocated / data).toFixed(2), left.behind]),
  ])
  const written = timed.find(({ way }) => way.name === 'write')?.way.left?.allocated ?? Number.NaN
  const columns = ['', 'median', 'range', 'processors', 'compared', 'allocated / data', 'behind the image']
  return { table: { title: toTitle(place, data), columns, rows }, ms, dataBytes: data, allocation: written / data }
}

const toTitle = ({ imageBytes, machines }: Place, data: number): string =>
  `${formatMib(imageBytes)}, ${formatMib(data)} of them data, on a \`${machines}\` machine`

function toWay(place: Place, name: WayName, script: string): WritingWay {
  const disk = openDisk(place)
  const way: WritingWay = {
    name,
    async measure() {
      await place.run('letting go of the disk', `blockdev --flushbufs ${DEVICE}`)
      await disk.makeStale()
      const sample = await place.run(name, `set -eo pipefail\n${script}`)
      await place.run('tidying up', 'rm -rf /tmp/*')
      way.left ??= { allocated: await allocatedBytes(place.diskFile), behind: await disk.inspect() }
      return sample
    },
  }
  return way
}

function toReading(place: Place, script: string): WritingWay {
  const measure = async (): Promise<Sample> => {
    const { stdout, ...sample } = await place.run('readBack', script)
    if (!/^talos-image rest zero$/m.test(stdout)) throw new Error(`the disk is not right: ${stdout}`)
    return sample
  }
  return { name: 'readBack', measure }
}

/** What the host itself needs for the same. */
function floor({ folder, rawFile }: Place): WritingWay {
  const copy = join(folder, 'copy')
  const way: WritingWay = {
    name: 'floor',
    async measure() {
      const began = performance.now()
      const script = withTimes('cp --sparse=auto --reflink=never -- "$1" "$2" && sync "$2"')
      const { stdout } = await run('bash', ['-c', script, 'floor', rawFile, copy])
      const ms = performance.now() - began
      way.left = { allocated: await allocatedBytes(copy), behind: '-' }
      await rm(copy)
      return { ms, processorMs: readProcessorMs(stdout) }
    },
  }
  return way
}

/** What stands above the tables. */
export const HOW_MEASURED = `From an Image Factory on the same computer, onto a disk with 16 MiB of old data all over it, which is renewed before each
pipeline. A time runs from sending the command over SSH until its end is known, and ends with \`sync\`; medians, in turns;
\`processors\` is what the commands took of all processors together, as they see it; \`compared\` is with hcloud-upload-image's
pipeline of zstd. What the disk holds is compared with the image after the first time of each. Only ours is read back.`

/** Writing and reading back together. */
export const ourMs = ({ ms }: Writing): number => ms.write + ms.readBack
