/** What it takes to write the image onto the server's disk, in the ways that there are. */

import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { allocatedBytes } from 'hcloud-sandbox'
import { writeScript } from '../../src/remote/write-script.ts'
import { formatMib, formatSeconds, type Table } from '../bench.ts'
import type { Disk } from './disk.ts'
import { inTurns, readProcessorMs, type Way, withTimes } from './in-turns.ts'
import { DEVICE, DOWNLOAD, type Place } from './place.ts'

const run = promisify(execFile)

const ROUNDS = 5

interface WritingWay extends Way {
  /** What its first time left. */
  left: { readonly allocated: number; readonly behind: string }
}

const NOTHING = { allocated: Number.NaN, behind: '' }

export interface Writing {
  readonly table: Table
  /** Medians, in milliseconds. */
  readonly oldMs: number
  readonly ourMs: number
  /** What ours allocates, compared with the image's data. */
  readonly allocation: number
}

/** Measures all ways. */
export async function measureWriting(place: Place, disk: Disk, say: (text: string) => void): Promise<Writing> {
  const [xz, zst] = [place.url('.raw.xz'), place.url('.raw.zst')]
  const way = (name: string, script: string): WritingWay => toWay(place, disk, name, script)
  const old = way('old: `wget` to a file, `xz -d -c | dd`', oldScript(xz))
  const ours = way(
    'ours: all of the script, which also hashes the download and the disk',
    writeScript({ from: { url: zst }, device: DEVICE, mode: 'sparse' }),
  )
  const ways = [
    old,
    way('`xz -T0 -dc | dd bs=1M oflag=direct`', streamed(xz, `xz -T0 -dc | dd of=${DEVICE} bs=1M oflag=direct`)),
    way('`zstd -dc | dd bs=4M`', streamed(zst, `zstd -dc | dd of=${DEVICE} bs=4M`)),
    way(
      '`blkdiscard`, `zstd -dc | dd bs=1M conv=sparse`',
      `blkdiscard -f ${DEVICE} || exit 1\n${streamed(zst, `zstd -dc | dd of=${DEVICE} bs=1M conv=sparse`)}`,
    ),
    ours,
    floor(place),
  ]
  const timed = await inTurns(ways, ROUNDS, (text) => say(`writing, ${text}`))
  const data = await allocatedBytes(place.rawFile)
  const { ms: overheadMs } = await place.run('nothing', 'true')
  const msOf = (wanted: Way): number => timed.find(({ way }) => way === wanted)?.timing.ms ?? Number.NaN
  const rows = timed.map(({ way: { name, left }, timing }) => [
    ...[name, timing.seconds, timing.range, (timing.ms / msOf(old)).toFixed(2), timing.processorSeconds],
    ...[formatMib(left.allocated), (left.allocated / data).toFixed(2), left.behind],
  ])
  const table = {
    title: 'The image onto the disk',
    text: toText(place, data, overheadMs),
    columns: ['pipeline', 'median', 'range', 'ratio', 'processors', 'allocated', '/ data', 'behind the image'],
    rows,
  }
  return { table, oldMs: msOf(old), ourMs: msOf(ours), allocation: ours.left.allocated / data }
}

const toText = ({ imageBytes, diskBytes }: Place, data: number, overheadMs: number): string =>
  `An image of ${formatMib(imageBytes)}, ${formatMib(data)} of them data, from an Image Factory on the same computer
onto a disk of ${formatMib(diskBytes)} with 16 MiB of old data on it, which is renewed before each. Each ran ${ROUNDS} times, in turns, in
the same \`namespace\` machine; a time runs from sending the command over SSH until its end is known (${formatSeconds(overheadMs)} for
a command that does nothing) and ends with \`sync\`; \`processors\` is what the commands took of all processors
together. What the disk holds is compared with the image after the first time of each.`

/** As the template of before had it. */
const oldScript = (url: string): string => `set -e
wget --timeout=5 --waitretry=5 --tries=5 --retry-connrefused --inet4-only -O /tmp/talos.raw.xz ${url}
xz -d -c /tmp/talos.raw.xz | dd of=${DEVICE} && sync`

const streamed = (url: string, pipeline: string): string => `set -o pipefail\n${DOWNLOAD} ${url} | ${pipeline} && sync`

function toWay(place: Place, disk: Disk, name: string, script: string): WritingWay {
  return {
    name,
    left: NOTHING,
    async measure() {
      await disk.makeStale()
      const sample = await place.run(name, script)
      await place.run('tidying up', 'rm -rf /tmp/*')
      if (this.left === NOTHING)
        this.left = { allocated: await allocatedBytes(place.diskFile), behind: await disk.inspect() }
      return sample
    },
  }
}

/** What the host itself needs for the same. */
function floor({ folder, rawFile }: Place): WritingWay {
  const copy = join(folder, 'copy')
  return {
    name: 'the floor: `cp` of the unpacked sparse file, on the host',
    left: NOTHING,
    async measure() {
      const began = performance.now()
      const script = withTimes('cp --sparse=auto --reflink=never -- "$1" "$2" && sync')
      const { stdout } = await run('bash', ['-c', script, 'floor', rawFile, copy])
      const ms = performance.now() - began
      this.left = { allocated: await allocatedBytes(copy), behind: '-' }
      await rm(copy)
      return { ms, processorMs: readProcessorMs(stdout) }
    },
  }
}
